-- What each product's steps cost a day, and what the ledger saved.
select
    costs.cost_date,
    costs.domain,
    costs.step,
    sum(costs.calls) as call_count,
    sum(costs.cached) as cached_count,
    round(sum(costs.usd), 4) as usd,
    round(sum(costs.saved_usd), 4) as saved_usd
from ops.costs
group by costs.cost_date, costs.domain, costs.step
order by costs.cost_date desc, usd desc, costs.step asc
