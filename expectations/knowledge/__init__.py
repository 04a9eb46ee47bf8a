"""What must hold of knowledge between the layers."""
