"""Who is asked: endpoints, their prices, their errors, and the transport to them."""
