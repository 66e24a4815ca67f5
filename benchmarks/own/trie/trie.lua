local Trie = {}
Trie.__index = Trie
local function new() return setmetatable({children = {}, count = 0, word = false}, Trie) end
function Trie:insert(text)
  local node = self
  for i = 1, #text do
    local key = text:sub(i, i)
    local next = node.children[key]
    if next == nil then
      next = new()
      node.children[key] = next
    end
    next.count = next.count + 1
    node = next
  end
  node.word = true
end
function Trie:find(text)
  local node = self
  for i = 1, #text do
    node = node.children[text:sub(i, i)]
    if node == nil then return nil end
  end
  return node
end
function Trie:words(prefix, out)
  if self.word then out[#out + 1] = prefix end
  for c, child in pairs(self.children) do child:words(prefix .. c, out) end
end
local n = tonumber(arg[1] or 60000)
local syllables = {"ka", "ro", "mi", "ten", "su", "lo", "ba", "nor"}
local t, seed = new(), 3
for _ = 1, n do
  local word = ""
  for _ = 1, 4 do
    seed = (seed * 3877 + 29573) % 139968
    word = word .. syllables[seed % 97 % 8 + 1]
  end
  t:insert(word)
end
local hits = 0
for _, a in ipairs(syllables) do
  for _, b in ipairs(syllables) do
    for _, c in ipairs(syllables) do
      local node = t:find(a .. b .. c)
      if node then hits = hits + node.count end
    end
  end
end
local all, sizes = {}, 0
t:words("", all)
for _, w in ipairs(all) do sizes = sizes + #w end
print(hits .. " " .. #all .. " " .. sizes)
