local PQ={} PQ.__index=PQ
function PQ:push(x)
 local a=self.a a[#a+1]=x
 local i=#a
 while i>1 do
  local p=math.floor(i/2)
  if a[p].w<=a[i].w then break end
  a[p],a[i]=a[i],a[p] i=p
 end
end
function PQ:pop()
 local a=self.a local top=a[1] local last=table.remove(a)
 if #a>0 then
  a[1]=last local i,n=1,#a
  while true do
   local l,r,m=i*2,i*2+1,i
   if l<=n and a[l].w<a[m].w then m=l end
   if r<=n and a[r].w<a[m].w then m=r end
   if m==i then break end
   a[m],a[i]=a[i],a[m] i=m
  end
 end
 return top
end
local function codes(n,prefix,out)
 if n.ch then out[n.ch]=prefix else codes(n.l,prefix.."0",out) codes(n.r,prefix.."1",out) end
end
local function run(text)
 local freq={} local order={}
 for c in text:gmatch(".") do if not freq[c] then order[#order+1]=c end freq[c]=(freq[c] or 0)+1 end
 local q=setmetatable({a={}},PQ)
 for _,k in ipairs(order) do q:push({w=freq[k],ch=k}) end
 while #q.a>1 do local a=q:pop() local b=q:pop() q:push({w=a.w+b.w,l=a,r=b}) end
 local out={} codes(q:pop(),"",out)
 local bits=0
 for c in text:gmatch(".") do bits=bits+#out[c] end
 return bits
end
local t={}
for i=1,400 do t[#t+1]="the quick brown fox jumps over the lazy dog, again and again; " end
t=table.concat(t)
local s=0
for i=1,60 do s=s+run(t) end
print(s)
