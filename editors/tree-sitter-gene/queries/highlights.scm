; Comments, data
[(comment) (block_comment)] @comment
[(string) (triple_string) (char)] @string
(interpolation) @string
(triple_interpolation) @string
(text) @string
(escape) @string.escape
(hole) @embedded
(regex) @string.special
[(number) (date) (time) (bytes)] @number
(constant) @constant.builtin
[(key) (flag)] @property
(quote "`" @operator)
(unquote ["%" "%_"] @operator)
["(" ")" "[" "]" "{" "}" "{{" "#(" "#[" "#{" "#{{"] @punctuation.bracket
";" @punctuation.delimiter

; Names
((symbol) @variable.builtin (#eq? @variable.builtin "self"))
((symbol) @type (#match? @type "^[A-Z]"))
((symbol) @method (#match? @method "^\\.[^.]"))
((symbol) @operator (#match? @operator "^([-+*/%<>=!&|^~?.]+|is)$"))
((symbol) @keyword
  (#match? @keyword "^(elif|else|when|catch|finally|in|from)$"))
(path) @variable

; Calls
(gene head: (symbol) @function)
(gene head: (symbol) @function.macro (#match? @function.macro ".!$"))
(gene
  head: (symbol) @keyword
  (#match? @keyword "^(do|if|ifel|if_not|case|var|let|loop|while|repeat|for|not|typeof|break|continue|fn|block|return|yield|eval|try|throw|async|await|ns|class|enum|object|import|export|type|interface|implement|new|super|range|comptime|interceptor|fn-interceptor|method|ctor|on_method_missing|field|@|\\$caller_eval|\\$dep|\\$if_main|\\$render|\\$repl|\\$set|\\$tap|\\$with)$"))
(gene
  head: (symbol) @keyword
  .
  (symbol) @function
  (#match? @keyword "^(fn|method)$"))
