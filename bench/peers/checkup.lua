-- For wrk: GET /checkup/<one of USERS at random>
local users = tonumber(os.getenv("USERS"))
request = function() return wrk.format("GET", "/checkup/" .. math.random(1, users)) end
