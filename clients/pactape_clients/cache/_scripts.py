"""What the Redis cache does in one step each: Lua scripts, run by the server without anything in between.

Names below the prefix: `v:` values, `x:` expired values that are still kept, `f:` loads in flight (the leader's
token and the epoch at its start), `r:` a load's result for those who wait, `t:` entries by label, `e:` the epoch at
which a label was last invalidated; and `epoch`, `swept` (the epoch of the last invalidation by tag or pattern) and
`searched` (by pattern).
"""

from __future__ import annotations

__all__ = ["BEGIN", "FINISH", "FORGET", "INVALIDATE"]

#: KEYS: none.  ARGV: prefix, name, token, flight's milliseconds, labels…
BEGIN = """
local prefix, name, token, life = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local value = redis.call('HGET', prefix .. 'v:' .. name, 'v')
if value then return {'hit', value} end
local flying = redis.call('GET', prefix .. 'f:' .. name)
if flying then
  local leader, epoch = string.match(flying, '^(.*)|(%d+)$')
  local swept = tonumber(redis.call('GET', prefix .. 'swept') or '0')
  if tonumber(epoch) >= swept then return {'wait', leader} end
end
local epoch = redis.call('GET', prefix .. 'epoch') or '0'
redis.call('SET', prefix .. 'f:' .. name, token .. '|' .. epoch, 'PX', life)
for index = 5, #ARGV do
  local label = prefix .. 't:' .. ARGV[index]
  redis.call('SADD', label, name)
  if redis.call('PTTL', label) < tonumber(life) then redis.call('PEXPIRE', label, life) end
end
local kept = redis.call('HMGET', prefix .. 'x:' .. name, 'v', 'etag', 'until')
return {'lead', epoch, kept[1], kept[2], kept[3]}
"""

#: ARGV: prefix, name, token, epoch at the start, milliseconds to live, value, key, etag,
#: milliseconds to keep, until, labels…
FINISH = """
local prefix, name, token, epoch = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local ttl, beyond = tonumber(ARGV[5]), tonumber(ARGV[9])
local own = redis.call('GET', prefix .. 'f:' .. name) == token .. '|' .. epoch
if own then redis.call('DEL', prefix .. 'f:' .. name) end
redis.call('HSET', prefix .. 'r:' .. token, 'v', ARGV[6])
redis.call('PEXPIRE', prefix .. 'r:' .. token, 10000)
if not own or ttl <= 0 then return own and 1 or 0 end
if tonumber(redis.call('GET', prefix .. 'searched') or '0') > tonumber(epoch) then return 0 end
for index = 11, #ARGV do
  if tonumber(redis.call('GET', prefix .. 'e:' .. ARGV[index]) or '0') > tonumber(epoch) then return 0 end
end
redis.call('HSET', prefix .. 'v:' .. name, 'v', ARGV[6], 'k', ARGV[7])
redis.call('PEXPIRE', prefix .. 'v:' .. name, ttl)
redis.call('DEL', prefix .. 'x:' .. name)
if beyond > ttl then
  redis.call('HSET', prefix .. 'x:' .. name, 'v', ARGV[6], 'etag', ARGV[8], 'until', ARGV[10], 'k', ARGV[7])
  redis.call('PEXPIRE', prefix .. 'x:' .. name, beyond)
end
local life = math.max(ttl, beyond)
for index = 11, #ARGV do
  local label = prefix .. 't:' .. ARGV[index]
  redis.call('SADD', label, name)
  if redis.call('PTTL', label) < life then redis.call('PEXPIRE', label, life) end
end
return 1
"""

#: ARGV: prefix, milliseconds to remember it, 1 if it is by tag, 2 by pattern, else 0, labels…
INVALIDATE = """
local prefix, life = ARGV[1], ARGV[2]
local epoch = redis.call('INCR', prefix .. 'epoch')
if ARGV[3] ~= '0' then redis.call('SET', prefix .. 'swept', epoch) end
if ARGV[3] == '2' then redis.call('SET', prefix .. 'searched', epoch) end
local count = 0
for index = 4, #ARGV do
  redis.call('SET', prefix .. 'e:' .. ARGV[index], epoch, 'PX', life)
  local label = prefix .. 't:' .. ARGV[index]
  for _, name in ipairs(redis.call('SMEMBERS', label)) do
    count = count + redis.call('DEL', prefix .. 'v:' .. name)
    redis.call('DEL', prefix .. 'x:' .. name, prefix .. 'f:' .. name)
  end
  redis.call('DEL', label)
end
return count
"""

#: ARGV: prefix, names…
FORGET = """
local count = 0
for index = 2, #ARGV do
  count = count + redis.call('DEL', ARGV[1] .. 'v:' .. ARGV[index])
  redis.call('DEL', ARGV[1] .. 'x:' .. ARGV[index], ARGV[1] .. 'f:' .. ARGV[index])
end
return count
"""
