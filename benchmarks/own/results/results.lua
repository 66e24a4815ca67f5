local function parse(n) if n % 11 == 0 then return {"err", "no number"} else return {"ok", n * 7} end end
local function checked(n)
  local v = parse(n); if v[1] == "err" then return v end
  if v[2] > 5000000 then return {"err", "too much"} else return {"ok", v[2] + 1} end
end
local function priced(n)
  local a = checked(n); if a[1] == "err" then return a end
  local b = checked(n + 1); if b[1] == "err" then return b end
  return {"ok", (a[2] * 3 + b[2]) % 1009}
end
local n = tonumber(arg[1]) or 3000000
local sum, failed = 0, 0
for i = 1, n do
  local r = priced(i)
  if r[1] == "ok" then sum = sum + r[2] else failed = failed + 1 end
end
print(sum, failed)
