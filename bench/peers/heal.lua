-- For wrk: PUT /heal/<one of USERS at random>, with the line of BEARERS that is theirs, or the only one. With IDS, the
-- user's id is their line of that file.
local users = tonumber(os.getenv("USERS"))
local bearers = {}
if os.getenv("BEARERS") then
  for line in io.lines(os.getenv("BEARERS")) do bearers[#bearers + 1] = { Authorization = "Bearer " .. line } end
end
local ids
if os.getenv("IDS") then
  ids = {}
  for line in io.lines(os.getenv("IDS")) do ids[#ids + 1] = line end
end
request = function()
  local user = math.random(1, users)
  return wrk.format("PUT", "/heal/" .. (ids and ids[user] or user), bearers[user] or bearers[1])
end
