local function push(heap, key, value)
  heap[#heap + 1] = {key, value}
  local i = #heap
  while i > 1 do
    local up = math.floor(i / 2)
    if heap[up][1] <= heap[i][1] then break end
    heap[up], heap[i] = heap[i], heap[up]
    i = up
  end
end
local function pop(heap)
  local top, last = heap[1], table.remove(heap)
  local n = #heap
  if n > 0 then
    heap[1] = last
    local i = 1
    while true do
      local child = i * 2
      if child > n then break end
      if child + 1 <= n and heap[child + 1][1] < heap[child][1] then child = child + 1 end
      if heap[i][1] <= heap[child][1] then break end
      heap[i], heap[child] = heap[child], heap[i]
      i = child
    end
  end
  return top
end
local n = tonumber(arg[1]) or 100000
local edges, seed = {}, 11
for i = 0, n - 1 do
  local out = {}
  for k = 1, 4 do
    seed = (seed * 3877 + 29573) % 139968
    local to = seed % n
    seed = (seed * 3877 + 29573) % 139968
    out[k] = {to, 1 + seed % 100}
  end
  edges[i] = out
end
local dist = {}
for i = 0, n - 1 do dist[i] = 1000000000 end
dist[0] = 0
local queue = {}
push(queue, 0, 0)
while #queue > 0 do
  local item = pop(queue)
  local d, at = item[1], item[2]
  if d <= dist[at] then
    for _, e in ipairs(edges[at]) do
      local to, nd = e[1], d + e[2]
      if nd < dist[to] then dist[to] = nd; push(queue, nd, to) end
    end
  end
end
local sum = 0
for i = 0, n - 1 do if dist[i] < 1000000000 then sum = sum + dist[i] end end
print(sum)
