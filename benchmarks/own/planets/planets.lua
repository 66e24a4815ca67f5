local Vec = {}
Vec.__index = Vec
local function vec(x, y, z) return setmetatable({x = x, y = y, z = z}, Vec) end
function Vec:plus(o) return vec(self.x + o.x, self.y + o.y, self.z + o.z) end
function Vec:minus(o) return vec(self.x - o.x, self.y - o.y, self.z - o.z) end
function Vec:times(k) return vec(self.x * k, self.y * k, self.z * k) end
function Vec:dot(o) return self.x * o.x + self.y * o.y + self.z * o.z end
function Vec:length() return math.sqrt(self:dot(self)) end
local Body = {}
Body.__index = Body
local function body(p, v, m) return setmetatable({position = p, velocity = v, mass = m}, Body) end
function Body:pull(other, dt)
  local d = self.position:minus(other.position)
  local r = d:length()
  local force = dt / (r * r * r)
  self.velocity = self.velocity:minus(d:times(other.mass * force))
  other.velocity = other.velocity:plus(d:times(self.mass * force))
end
function Body:move(dt) self.position = self.position:plus(self.velocity:times(dt)) end
function Body:energy() return 0.5 * self.mass * self.velocity:dot(self.velocity) end
local World = {}
World.__index = World
function World:step(dt)
  local n = #self.bodies
  for i = 1, n do
    local a = self.bodies[i]
    for j = i + 1, n do a:pull(self.bodies[j], dt) end
  end
  for _, b in ipairs(self.bodies) do b:move(dt) end
end
function World:energy()
  local sum = 0.0
  for _, b in ipairs(self.bodies) do sum = sum + b:energy() end
  return sum
end
local n = tonumber(arg[1] or 100000)
local world = setmetatable({bodies = {
  body(vec(0.0, 0.0, 0.0), vec(0.0, 0.0, 0.0), 40.0),
  body(vec(5.0, -1.2, 0.1), vec(0.6, 2.8, 0.02), 0.04),
  body(vec(8.3, 4.1, 0.4), vec(-1.0, 1.8, 0.01), 0.01),
  body(vec(12.9, 15.1, -0.2), vec(1.1, 0.9, 0.03), 0.002),
  body(vec(15.4, -25.9, 0.2), vec(1.0, 0.6, -0.03), 0.002)}}, World)
for _ = 1, n do world:step(0.001) end
print(math.floor(world:energy() * 1000000.0))
