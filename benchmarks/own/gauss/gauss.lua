local function solve(m,n)
 for c=0,n-1 do local p=c for r=c+1,n-1 do if math.abs(m[r][c])>math.abs(m[p][c]) then p=r end end
  m[c],m[p]=m[p],m[c]
  for r=c+1,n-1 do local row,piv=m[r],m[c] local f=row[c]/piv[c] for k=c,n do row[k]=row[k]-f*piv[k] end end end
 local x={} for i=0,n-1 do x[i]=0.0 end
 for j=0,n-1 do local i=n-1-j local s=m[i][n] for k=i+1,n-1 do s=s-m[i][k]*x[k] end x[i]=s/m[i][i] end
 return x end
local n,total=60,0.0
for rep=1,400 do local m={} for i=0,n-1 do local row={} for j=0,n do row[j]=(((i*7+j*13+rep)%17)+1.5)*1.0 end row[i]=100.0+i m[i]=row end
 local x=solve(m,n) for i=0,n-1 do total=total+x[i] end end
print(total>0)
