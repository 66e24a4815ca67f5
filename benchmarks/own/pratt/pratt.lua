local function tokenize(text)
  local tokens, chars = {}, {}
  for i = 1, #text do chars[i] = text:sub(i, i) end
  local n, i = #chars, 1
  while i <= n do
    local c = chars[i]
    if c == " " then i = i + 1
    elseif c >= "0" and c <= "9" then
      local value = 0
      while i <= n and chars[i] >= "0" and chars[i] <= "9" do value = value * 10 + chars[i]:byte() - 48; i = i + 1 end
      tokens[#tokens + 1] = {kind = "number", value = value}
    elseif c >= "a" and c <= "z" then
      local name = ""
      while i <= n and chars[i] >= "a" and chars[i] <= "z" do name = name .. chars[i]; i = i + 1 end
      tokens[#tokens + 1] = {kind = "name", value = name}
    else
      tokens[#tokens + 1] = {kind = "op", value = c}
      i = i + 1
    end
  end
  tokens[#tokens + 1] = {kind = "end", value = ""}
  return tokens
end
local precedence = {["<"] = 1, ["+"] = 2, ["-"] = 2, ["*"] = 3, ["%"] = 3}
local Parser = {}
Parser.__index = Parser
function Parser:peek() return self.tokens[self.at] end
function Parser:advance() local t = self.tokens[self.at]; self.at = self.at + 1; return t end
function Parser:primary()
  local t = self:advance()
  if t.kind == "number" then return {type = "number", value = t.value}
  elseif t.kind == "name" then return {type = "name", value = t.value}
  elseif t.value == "(" then
    local e = self:expression(0)
    self:advance()
    return e
  elseif t.value == "-" then return {type = "negate", arg = self:primary()}
  else error("unexpected " .. t.value) end
end
function Parser:expression(level)
  local left = self:primary()
  while true do
    local t = self:peek()
    local p = t.kind == "op" and (precedence[t.value] or 0) or 0
    if p <= level then break end
    self:advance()
    left = {type = "binary", op = t.value, left = left, right = self:expression(p)}
  end
  return left
end
local function evaluate(e, env)
  local type = e.type
  if type == "number" then return e.value
  elseif type == "name" then return env[e.value]
  elseif type == "negate" then return 0 - evaluate(e.arg, env)
  elseif type == "binary" then
    local a, b, op = evaluate(e.left, env), evaluate(e.right, env), e.op
    if op == "+" then return a + b
    elseif op == "-" then return a - b
    elseif op == "*" then return math.fmod(a * b, 65521)
    elseif op == "%" then return math.fmod(a, b)
    elseif op == "<" then return a < b and 1 or 0 end
  end
end
local n = tonumber(arg[1] or 12000)
local sum, env = 0, {x = 0, y = 5, total = 9}
for _ = 1, n do
  local tree = setmetatable({tokens = tokenize("3 + x * (total - 12 % 7) + -y * 2 - (x + y) * (x + 100) % 31 + 1 < 1000"), at = 1}, Parser):expression(0)
  env.x = math.fmod(sum, 100)
  for _ = 1, 4 do
    sum = math.fmod(sum * 7 + evaluate(tree, env) + evaluate(tree.left, env), 1000003)
    env.y = math.fmod(sum, 13)
  end
end
print(string.format("%d", sum))
