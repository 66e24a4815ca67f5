local wrap, yield = coroutine.wrap, coroutine.yield
local function count(from) return wrap(function() local i = from; while true do yield(i); i = i + 1 end end) end
local function filter(source, keep) return wrap(function() for x in source do if keep(x) then yield(x) end end end) end
local function map(source, f) return wrap(function() for x in source do yield(f(x)) end end) end
local function take(source, n)
  local out = {}
  for x in source do
    out[#out + 1] = x
    if #out >= n then break end
  end
  return out
end
local n = tonumber(arg[1] or 3000)
local check = 0
for round = 1, n do
  local odd = filter(count(round), function(x) return x % 2 == 1 end)
  local squares = map(odd, function(x) return x * x % 1009 end)
  local sum = 0
  for _, b in ipairs(take(filter(squares, function(x) return x > 100 end), 40)) do sum = sum + b end
  check = (check * 31 + sum) % 1000003
end
print(check)
