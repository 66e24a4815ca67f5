local Queue = {}
Queue.__index = Queue
function Queue:empty() return #self.items == 0 end
function Queue:push(item)
  local items = self.items
  items[#items + 1] = item
  local i = #items
  while i > 1 do
    local parent = math.floor(i / 2)
    local a = items[parent]
    if a.cost <= item.cost then break end
    items[i] = a
    i = parent
  end
  items[i] = item
end
function Queue:pop()
  local items = self.items
  local top = items[1]
  local last = table.remove(items)
  local n = #items
  if n > 0 then
    local i = 1
    while true do
      local child = i * 2
      if child > n then break end
      if child < n and items[child + 1].cost < items[child].cost then child = child + 1 end
      local c = items[child]
      if last.cost <= c.cost then break end
      items[i] = c
      i = child
    end
    items[i] = last
  end
  return top
end
local function make_grid(w, h)
  local grid, seed = {}, 5
  for y = 1, h do
    local row = {}
    for x = 1, w do
      seed = (seed * 3877 + 29573) % 139968
      row[x] = 1 + seed % 9
    end
    grid[y] = row
  end
  return grid
end
local function shortest(grid, w, h)
  local best = {}
  for y = 1, h do
    local row = {}
    for x = 1, w do row[x] = 1000000000 end
    best[y] = row
  end
  local queue = setmetatable({items = {}}, Queue)
  best[1][1] = 0
  queue:push({cost = 0, x = 1, y = 1})
  local moves = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}}
  while not queue:empty() do
    local it = queue:pop()
    local x, y = it.x, it.y
    if it.cost == best[y][x] then
      for _, m in ipairs(moves) do
        local nx, ny = x + m[1], y + m[2]
        if nx >= 1 and nx <= w and ny >= 1 and ny <= h then
          local cost = it.cost + grid[ny][nx]
          if cost < best[ny][nx] then
            best[ny][nx] = cost
            queue:push({cost = cost, x = nx, y = ny})
          end
        end
      end
    end
  end
  local sum = 0
  for _, row in ipairs(best) do for _, c in ipairs(row) do sum = sum + c end end
  return sum
end
local n = tonumber(arg[1] or 300)
print(shortest(make_grid(n, n), n, n))
