-- Sends sixteen requests at once on each connection, and waits for their sixteen answers.
local batch

init = function(args)
    local requests = {}
    for i = 1, 16 do requests[i] = wrk.format("GET", "/") end
    batch = table.concat(requests)
end

request = function() return batch end
