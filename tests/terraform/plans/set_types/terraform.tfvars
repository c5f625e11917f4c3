s=["b","a","b",1]
sn=["10",9,"9"]
m={a=1,b="x",c=true}
la=[1,"a"]
t=["1","2","true"]
so=[{a="z"},{a="z",b=3},{a="y",b=null}]
