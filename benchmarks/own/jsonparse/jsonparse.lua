local Reader = {}
Reader.__index = Reader
local function new(text)
  local chars = {}
  for i = 1, #text do chars[i] = text:sub(i, i) end
  return setmetatable({chars = chars, at = 1}, Reader)
end
local Null = {}
function Reader:skip() while self.at <= #self.chars and self.chars[self.at] == " " do self.at = self.at + 1 end end
function Reader:expect(c)
  if self.chars[self.at] ~= c then error("expected " .. c .. " at " .. self.at) end
  self.at = self.at + 1
end
function Reader:value()
  self:skip()
  local c = self.chars[self.at]
  if c == "{" then return self:object()
  elseif c == "[" then return self:array()
  elseif c == '"' then return self:string()
  elseif c == "t" then self.at = self.at + 4 return true
  elseif c == "f" then self.at = self.at + 5 return false
  elseif c == "n" then self.at = self.at + 4 return Null
  else return self:number() end
end
function Reader:object()
  local result = {}
  self:expect("{")
  self:skip()
  while self.chars[self.at] ~= "}" do
    self:skip()
    local key = self:string()
    self:skip()
    self:expect(":")
    result[key] = self:value()
    self:skip()
    if self.chars[self.at] == "," then self.at = self.at + 1 end
  end
  self.at = self.at + 1
  return result
end
function Reader:array()
  local result = {}
  self:expect("[")
  self:skip()
  while self.chars[self.at] ~= "]" do
    result[#result + 1] = self:value()
    self:skip()
    if self.chars[self.at] == "," then self.at = self.at + 1 end
  end
  self.at = self.at + 1
  return result
end
function Reader:string()
  self:expect('"')
  local out = ""
  while self.chars[self.at] ~= '"' do
    out = out .. self.chars[self.at]
    self.at = self.at + 1
  end
  self.at = self.at + 1
  return out
end
function Reader:number()
  local sign, n = 1, 0
  if self.chars[self.at] == "-" then sign = -1; self.at = self.at + 1 end
  while true do
    if self.at > #self.chars then break end
    local d = self.chars[self.at]:byte() - 48
    if d < 0 or d > 9 then break end
    n = n * 10 + d
    self.at = self.at + 1
  end
  return sign * n
end
local function total(v)
  if type(v) == "number" then return v
  elseif type(v) == "table" and v ~= Null then
    local sum = 0
    if v[1] then for _, x in ipairs(v) do sum = sum + total(x) end
    else for k, x in pairs(v) do sum = sum + #k + total(x) end end
    return sum
  else return 1 end
end
local n = tonumber(arg[1] or 3000)
local text = '{"id": 17, "name": "widget", "tags": ["red", "blue", "green"], "price": 1250, "stock": {"berlin": 12, "paris": 0, "rome": -3}, "active": true, "parent": null, "history": [1, 22, 333, 4444, 55555]}'
local sum = 0
for _ = 1, n do sum = (sum * 31 + total(new(text):value())) % 1000003 end
print(sum)
