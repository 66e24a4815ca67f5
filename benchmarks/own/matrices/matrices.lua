local M={} M.__index=M
local function new(r,c) local d={} for i=1,r*c do d[i]=0 end return setmetatable({rows=r,cols=c,data=d},M) end
function M:at(r,c) return self.data[r*self.cols+c+1] end
function M:put(r,c,v) self.data[r*self.cols+c+1]=v end
function M:mul(o)
 local m=new(self.rows,o.cols)
 for i=0,self.rows-1 do for j=0,o.cols-1 do
  local s=0
  for k=0,self.cols-1 do s=(s+self:at(i,k)*o:at(k,j))%1000007 end
  m:put(i,j,s)
 end end
 return m
end
local a=new(40,40)
for i=0,39 do for j=0,39 do a:put(i,j,(i*3+j*5)%11) end end
local p=a
for i=1,150 do p=p:mul(a) end
print(p:at(3,4),p:at(39,39))
