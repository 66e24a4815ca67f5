local function empty(n) local rows = {} for y = 0, n-1 do local row = {} for x = 0, n-1 do row[x] = 0 end rows[y] = row end return rows end
local function nextgen(cells, n)
  local out = empty(n)
  for y = 0, n-1 do
    local up, row, down = cells[(y+n-1)%n], cells[y], cells[(y+1)%n]
    for x = 0, n-1 do
      local l, r = (x+n-1)%n, (x+1)%n
      local count = up[l]+up[x]+up[r]+row[l]+row[r]+down[l]+down[x]+down[r]
      if count == 3 or (count == 2 and row[x] == 1) then out[y][x] = 1 end
    end
  end
  return out
end
local n = tonumber(arg[1]) or 128
local cells = empty(n)
local seed = 7
for y = 0, n-1 do for x = 0, n-1 do
  seed = (seed * 3877 + 29573) % 139968
  if seed % 3 == 0 then cells[y][x] = 1 end
end end
for i = 1, 200 do cells = nextgen(cells, n) end
local alive = 0
for y = 0, n-1 do for x = 0, n-1 do alive = alive + cells[y][x] end end
print(alive)
