-- For wrk with one thread: PUT /heal/<each of USERS in turn>, with BEARERS as in heal.lua, and the end of wrk once all have been answered.
local users = tonumber(os.getenv("USERS"))
local connections = 64
local bearers = {}
if os.getenv("BEARERS") then
  for line in io.lines(os.getenv("BEARERS")) do bearers[#bearers + 1] = { Authorization = "Bearer " .. line } end
end
local sent, answered = 0, 0
request = function()
  sent = sent + 1
  local user = (sent - 1) % users + 1
  return wrk.format("PUT", "/heal/" .. user, bearers[user] or bearers[1])
end
response = function()
  answered = answered + 1
  -- Answers overtake each other, by as many as there are connections at most.
  if answered >= users + connections then os.exit(0) end
end
