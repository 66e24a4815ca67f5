if exists("b:current_syntax")
  finish
endif
syntax iskeyword @,48-57,_,192-255,-,?,!,$,*,+,<,=,>,%,@-@
" Forms and their words: test/lint/editors.py compares them with the compiler's.
syntax keyword geneForm do if ifel if_not case var let loop
syntax keyword geneForm while repeat for not typeof break continue fn
syntax keyword geneForm block return yield $caller_eval eval $repl try throw
syntax keyword geneForm async await ns class enum object import $dep
syntax keyword geneForm export type interface implement new super range @
syntax keyword geneForm $with $tap $set $render $if_main interceptor fn-interceptor comptime
syntax keyword geneForm method ctor on_method_missing field elif else when catch
syntax keyword geneForm finally in from
syntax keyword geneSelf self
syntax keyword geneConstant true false nil void
syntax match geneComment "#\(!\|\s\|#\|$\).*$" contains=@Spell
syntax match geneComment "#$"
syntax region geneComment start="#<" end=">#" contains=geneComment
syntax match geneEscape contained "\\."
syntax region geneHole contained matchgroup=Delimiter start="#{" end="}" contains=TOP
syntax region geneString start=+"+ end=+"+ contains=geneEscape,@Spell
syntax region geneString start=+#"+ end=+"+ contains=geneEscape,geneHole,@Spell
syntax region geneString start=+#\?"""+ end=+"""+ contains=geneEscape,geneHole,@Spell
syntax region geneRegex start=+#/+ end=+/[a-z]*+ contains=geneEscape
syntax match geneNumber "\<[+-]\?\(0x\x\+\|\d[0-9_]*\(\.\d\+\)\?\([eE][+-]\?\d\+\)\?\)\>"
syntax match geneProperty "\^[\^!]\?[^ \t()\[\]{}\"]\+"
syntax match geneMethod "\s\@<=\.[A-Za-z_][^ \t()\[\]{}\"]*"
highlight default link geneForm Keyword
highlight default link geneSelf Identifier
highlight default link geneConstant Constant
highlight default link geneComment Comment
highlight default link geneString String
highlight default link geneEscape SpecialChar
highlight default link geneRegex String
highlight default link geneNumber Number
highlight default link geneProperty Label
highlight default link geneMethod Function
let b:current_syntax = "gene"
