if exists("b:did_ftplugin")
  finish
endif
let b:did_ftplugin = 1
setlocal commentstring=#\ %s comments=:#
setlocal expandtab shiftwidth=2 softtabstop=2 lisp autoindent
setlocal iskeyword=@,48-57,_,192-255,-,?,!,$,*,+,<,=,>,%,@-@
setlocal lispwords=fn,class,enum,interface,object,ns,method,ctor,if,for,while,loop,repeat,try,case,do
