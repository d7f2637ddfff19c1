"""The Redis cache's atomic operations: Lua scripts, which the server runs without interruption.

Names below the prefix:

- `v:<full key>` an entry: a hash of `v` the value, `k` the key, `etag`, `l` its labels and `s` the stamps that
  they had when it was stored, `fresh` and `servable` the times in milliseconds until which it may be served.
- `f:<full key>` a load in flight: its leader and the moment of its start.
- `r:<leader>` a load's outcome for those who wait.
- `l:<label>` the label's stamp; `t:<label>` the full keys that have it, to count them and free their memory.
- `g` the generation: a hash of `run`, a random name, `n`, the number of invalidations, and `swept` and `searched`,
  the numbers of the last one by tag and by pattern. A moment is the run and `n`.

An entry is served only while each of its labels still has the stamp that it had when the entry was stored.
Invalidating a label gives it a new stamp. A stamp or generation that the server has evicted matches nothing, so
whatever its eviction policy removes, the worst is a load too many.
"""

from __future__ import annotations

__all__ = ["BEGIN", "FINISH", "INVALIDATE", "REMOVE"]

_SHARED = """
local prefix = ARGV[1]
local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function generation(token)
  local found = redis.call('HMGET', prefix .. 'g', 'run', 'n', 'swept', 'searched')
  local n, swept, searched = tonumber(found[2]), tonumber(found[3]), tonumber(found[4])
  if found[1] and n and swept and searched then return found[1], n, swept, searched end
  redis.call('DEL', prefix .. 'g')
  redis.call('HSET', prefix .. 'g', 'run', token, 'n', 0, 'swept', 0, 'searched', 0)
  return token, 0, 0, 0
end
local function stamps(labels)
  local found = {}
  for label in string.gmatch(labels, '[^\\n]+') do
    found[#found + 1] = redis.call('GET', prefix .. 'l:' .. label) or '-'
  end
  return table.concat(found, '\\n')
end
local function entry(name)
  local found = redis.call('HMGET', prefix .. 'v:' .. name, 'v', 'etag', 'l', 's', 'fresh', 'servable')
  if not found[1] or not found[3] or not found[4] or not tonumber(found[5]) then return nil end
  if stamps(found[3]) ~= found[4] then return nil end
  return found
end
"""

#: ARGV: prefix, full key, token, the flight's milliseconds (0: look up only), 1 to load in
#: any case, labels…
BEGIN = (
    _SHARED
    + """
local name, token, life = ARGV[2], ARGV[3], tonumber(ARGV[4])
local found = ARGV[5] ~= '1' and entry(name)
if found and tonumber(found[5]) > now() then return {'hit', found[1]} end
if life == 0 then return {'miss'} end
local run, n, swept = generation(token)
local flying = redis.call('GET', prefix .. 'f:' .. name)
if flying and ARGV[5] ~= '1' then
  local leader, its_run, its_n = string.match(flying, '^(%w+)|(%w+)|(%d+)$')
  local joinable = leader and its_run == run and tonumber(its_n) >= swept
  for index = 6, joinable and #ARGV or 0 do
    local stamp = redis.call('GET', prefix .. 'l:' .. ARGV[index]) or ''
    local stamp_run, stamp_n = string.match(stamp, '^(%w+)|(%d+)$')
    if stamp_run ~= run then stamp_n = stamp_run and 0 or n end
    if tonumber(stamp_n) > tonumber(its_n) then joinable = false end
  end
  if joinable then return {'wait', leader} end
end
redis.call('SET', prefix .. 'f:' .. name, token .. '|' .. run .. '|' .. n, 'PX', life)
for index = 6, #ARGV do
  local label = prefix .. 'l:' .. ARGV[index]
  if not redis.call('SET', label, run .. '|' .. n, 'NX', 'PX', life * 2) and redis.call('PTTL', label) < life then
    redis.call('PEXPIRE', label, life * 2)
  end
end
if not found then return {'lead', run .. '|' .. n} end
return {'lead', run .. '|' .. n, found[1], found[2] or '', (tonumber(found[6]) or 0) > now() and '1' or '0'}
"""
)

#: ARGV: prefix, full key, token, the moment of its start, milliseconds to serve, to serve stale, to keep in all,
#: value, key, etag, how many of the labels were known at BEGIN, labels…
FINISH = (
    _SHARED
    + """
local name, token, moment = ARGV[2], ARGV[3], ARGV[4]
local ttl, servable, life = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local own = redis.call('GET', prefix .. 'f:' .. name) == token .. '|' .. moment
if own then redis.call('DEL', prefix .. 'f:' .. name) end
redis.call('DEL', prefix .. 'r:' .. token)
redis.call('HSET', prefix .. 'r:' .. token, 'v', ARGV[8])
redis.call('PEXPIRE', prefix .. 'r:' .. token, 10000)
if not own or ttl <= 0 then return own and 1 or 0 end
local its_run, its_n = string.match(moment, '^(%w+)|(%d+)$')
its_n = tonumber(its_n)
local run, n, swept, searched = generation(token)
if run ~= its_run or searched > its_n then return 0 end
local labels, stamps, holds = {}, {}, true
local known = tonumber(ARGV[11])
for index = 12, #ARGV do
  local label = prefix .. 'l:' .. ARGV[index]
  local stamp = redis.call('GET', label)
  local stamp_run, stamp_n = string.match(stamp or '', '^(%w+)|(%d+)$')
  if stamp_run then
    if stamp_run == run and tonumber(stamp_n) > its_n then holds = false end
  else
    -- evicted since BEGIN, or a tag that wasn't known then: any invalidation since may have been of this label
    if (index - 11 <= known and n or swept) > its_n then holds = false end
    stamp = run .. '|' .. n
    redis.call('SET', label, stamp)
  end
  local left = redis.call('PTTL', label)
  if left < life + 1000 then redis.call('PEXPIRE', label, life + 1000) end
  labels[#labels + 1], stamps[#stamps + 1] = ARGV[index], stamp
end
if not holds then return 0 end
for _, label in ipairs(labels) do
  local names = prefix .. 't:' .. label
  redis.call('SADD', names, name)
  if redis.call('PTTL', names) < life then redis.call('PEXPIRE', names, life) end
end
local at = now()
redis.call('DEL', prefix .. 'v:' .. name)
local fresh, stale = string.format('%.0f', at + ttl), string.format('%.0f', at + servable)
redis.call('HSET', prefix .. 'v:' .. name, 'v', ARGV[8], 'k', ARGV[9], 'etag', ARGV[10],
  'l', table.concat(labels, '\\n'), 's', table.concat(stamps, '\\n'), 'fresh', fresh, 'servable', stale)
redis.call('PEXPIRE', prefix .. 'v:' .. name, life)
return 1
"""
)

#: ARGV: prefix, token, milliseconds that a load may last, 1 if it is by tag, 2 by pattern, else 0, labels…
INVALIDATE = (
    _SHARED
    + """
local token, life = ARGV[2], tonumber(ARGV[3])
local run, n = generation(token)
n = n + 1
redis.call('HSET', prefix .. 'g', 'n', n)
if ARGV[4] ~= '0' then redis.call('HSET', prefix .. 'g', 'swept', n) end
if ARGV[4] == '2' then redis.call('HSET', prefix .. 'g', 'searched', n) end
local count = 0
for index = 5, #ARGV do
  local label, names = prefix .. 'l:' .. ARGV[index], prefix .. 't:' .. ARGV[index]
  local left = redis.call('PTTL', label)
  redis.call('SET', label, run .. '|' .. n, 'PX', left > life and left or life)
  for _, name in ipairs(redis.call('SMEMBERS', names)) do
    count = count + redis.call('DEL', prefix .. 'v:' .. name)
  end
  redis.call('DEL', names)
end
return count
"""
)

#: ARGV: prefix, full keys…
REMOVE = """
local count = 0
for index = 2, #ARGV do
  count = count + redis.call('DEL', ARGV[1] .. 'v:' .. ARGV[index])
  redis.call('DEL', ARGV[1] .. 'f:' .. ARGV[index])
end
return count
"""
