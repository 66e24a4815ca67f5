local Cache = {}
Cache.__index = Cache
local function node(key, value) return {key = key, value = value} end
local function new(limit)
  local c = setmetatable({limit = limit, nodes = {}, count = 0, head = node(), tail = node()}, Cache)
  c.head.next = c.tail
  c.tail.prev = c.head
  return c
end
function Cache:unlink(node)
  local p, q = node.prev, node.next
  p.next = q
  q.prev = p
end
function Cache:front(node)
  local first = self.head.next
  node.next = first
  node.prev = self.head
  first.prev = node
  self.head.next = node
end
function Cache:get(key)
  local node = self.nodes[key]
  if node == nil then return nil end
  self:unlink(node)
  self:front(node)
  return node.value
end
function Cache:put(key, value)
  local found = self.nodes[key]
  if found then
    found.value = value
    self:unlink(found)
    self:front(found)
  else
    if self.count >= self.limit then
      local last = self.tail.prev
      self:unlink(last)
      self.nodes[last.key] = nil
      self.count = self.count - 1
    end
    local fresh = node(key, value)
    self.nodes[key] = fresh
    self.count = self.count + 1
    self:front(fresh)
  end
end
local n = tonumber(arg[1] or 1000000)
local cache, seed, hits, sum = new(500), 7, 0, 0
for _ = 1, n do
  seed = (seed * 3877 + 29573) % 139968
  local key = seed % 1000
  local v = cache:get(key)
  if v == nil then cache:put(key, key * 3)
  else hits = hits + 1; sum = (sum + v) % 1000003 end
end
print(hits .. " " .. sum)
