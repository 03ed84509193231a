-- For wrk: PUT /heal/<one of USERS at random>
local users = tonumber(os.getenv("USERS"))
request = function() return wrk.format("PUT", "/heal/" .. math.random(1, users)) end
