local function grid(n)
  local rows = {}
  for y = 1, n do local row = {} for x = 1, n do row[x] = 0.0 end rows[y] = row end
  return rows
end
local function step(from, to, n)
  for y = 2, n - 1 do
    for x = 2, n - 1 do
      to[y][x] = (from[y-1][x] + from[y+1][x] + from[y][x-1] + from[y][x+1]) * 0.25
    end
  end
end
local n = tonumber(arg[1]) or 120
local a, b = grid(n), grid(n)
for x = 1, n do a[1][x] = 100.0; b[1][x] = 100.0 end
for i = 1, 500 do step(a, b, n); step(b, a, n) end
local sum = 0.0
for _, row in ipairs(a) do for _, v in ipairs(row) do sum = sum + v end end
print(math.floor(sum * 100.0))
