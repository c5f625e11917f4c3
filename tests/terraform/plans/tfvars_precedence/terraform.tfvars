a="tf"
b="tf"
l=["1",2]
n="12"
untyped={a=1}
undeclared="x"
