-- For wrk with one thread: PUT /heal/<each of USERS in turn>, and the end of wrk once all have been answered.
local users = tonumber(os.getenv("USERS"))
local connections = 64
local sent, answered = 0, 0
request = function()
  sent = sent + 1
  return wrk.format("PUT", "/heal/" .. (sent - 1) % users + 1)
end
response = function()
  answered = answered + 1
  -- Answers overtake each other, by as many as there are connections at most.
  if answered >= users + connections then os.exit(0) end
end
