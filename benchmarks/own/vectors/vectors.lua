local Vec = {} Vec.__index = Vec
local function vec(x, y) return setmetatable({x = x, y = y}, Vec) end
function Vec:plus(o) return vec(self.x + o.x, self.y + o.y) end
function Vec:times(k) return vec(self.x * k, self.y * k) end
function Vec:dot(o) return self.x * o.x + self.y * o.y end
local P = {} P.__index = P
function P:move(dt) self.pos = self.pos:plus(self.vel:times(dt)) end
function P:bounce()
  if self.pos.x < 0 or self.pos.x > 10 then self.vel = vec(-self.vel.x, self.vel.y) end
  if self.pos.y < 0 or self.pos.y > 10 then self.vel = vec(self.vel.x, -self.vel.y) end
end
local n = tonumber(arg[1]) or 20000
local all = {}
for i = 1, 100 do all[i] = setmetatable({pos = vec(0.07 * i, 0.05 * i), vel = vec(0.3 - 0.01 * i, 0.01 * i)}, P) end
for i = 1, n do for _, p in ipairs(all) do p:move(0.1) p:bounce() end end
local e = 0
for _, p in ipairs(all) do e = e + p.vel:dot(p.vel) end
print(math.floor(e * 1000))
