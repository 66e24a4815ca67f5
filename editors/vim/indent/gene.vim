if exists("b:did_indent")
  finish
endif
let b:did_indent = 1
" Two more than the line of the innermost open bracket, as `gene fmt` has it.
setlocal nolisp indentexpr=GeneIndent() indentkeys=!^F,o,O,),],}

function! GeneIndent()
  let l:skip = 'synIDattr(synID(line("."), col("."), 0), "name") =~# "Comment\\|String\\|Regex"'
  call cursor(v:lnum, 1)
  let l:open = searchpair('[(\[{]', '', '[)\]}]', 'bWn', l:skip)
  let l:word = getline(v:lnum) =~# '^\s*\(elif\|else\|when\|catch\|finally\)\>'
  return l:open > 0 ? indent(l:open) + 2 - l:word : 0
endfunction
