select
    'm-' || orders.range as machine,
    'The pump hums.' as note,
    {{ var('shop_price', 1) }} as price
from range(5) as orders
