local text="the cat sat on the mat and the dog sat on the cat while the bird sang to the dog and the cat ran from the mat to the bird"
local words={} for w in text:gmatch("%S+") do words[#words+1]=w end
local chain={}
for i=1,#words-1 do local w=words[i] chain[w]=chain[w] or {} table.insert(chain[w],words[i+1]) end
local seed=5
local function rnd(n) seed=(seed*16807)%2147483647 return seed%n end
local w,count,len="the",{},0
for i=1,4000000 do
 local nexts=chain[w]
 if nexts==nil then w="the" else w=nexts[rnd(#nexts)+1] end
 count[w]=(count[w] or 0)+1
 len=len+#w
end
print(len,count.cat,count.the)
