autocmd BufRead,BufNewFile *.gene setfiletype gene
