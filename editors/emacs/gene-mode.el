;;; gene-mode.el --- Editing Gene  -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))

;;; Commentary:

;; Highlighting and indentation of Gene; with eglot, `gene lsp` as the language server.

;;; Code:

(require 'lisp-mode)

;; test/lint/editors.py compares them with the compiler's.
(defconst gene-mode-forms
  '("do" "if" "ifel" "if_not" "case" "var" "let" "loop"
    "while" "repeat" "for" "not" "typeof" "break" "continue" "fn"
    "block" "return" "yield" "$caller_eval" "eval" "$repl" "try" "throw"
    "async" "await" "ns" "class" "enum" "object" "import" "$dep"
    "export" "type" "interface" "implement" "new" "super" "range" "@"
    "$with" "$tap" "$set" "$render" "$if_main" "interceptor" "fn-interceptor" "comptime"
    "method" "ctor" "on_method_missing" "field" "elif" "else" "when" "catch"
    "finally" "in" "from")
  "Special forms of Gene and their words.")

(defconst gene-mode-font-lock
  `((,(concat "(" "\\(fn\\|class\\|enum\\|interface\\|object\\|ns\\|type\\|method\\)"
              "[ \t]+\\([^][ \t\n(){}\":]+\\)")
     2 font-lock-function-name-face)
    (,(concat "[][ \t\n(){}]" (regexp-opt gene-mode-forms t) "\\(?:[][ \t\n(){}]\\|$\\)")
     1 font-lock-keyword-face)
    ("\\_<\\(self\\)\\_>" 1 font-lock-variable-name-face)
    ("\\_<\\(true\\|false\\|nil\\|void\\)\\_>" 1 font-lock-constant-face)
    ("\\^[!^]?[^][ \t\n(){}\"]+" . font-lock-builtin-face)
    ("[ \t]\\(\\.[A-Za-z_][^][ \t\n(){}\"]*\\)" 1 font-lock-function-name-face))
  "What `gene-mode' highlights besides strings and comments.")

(defvar gene-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (dolist (pair '((?\( . "()") (?\) . ")(") (?\[ . "(]") (?\] . ")[") (?\{ . "(}") (?\} . "){")))
      (modify-syntax-entry (car pair) (cdr pair) table))
    (dolist (char (string-to-list "-_+*/<>=!?$^%&|@.:~"))
      (modify-syntax-entry char "_" table))
    table)
  "The characters of Gene.")

(defun gene-mode-syntax-propertize (start end)
  "Between START and END `#' begins a comment before a blank only."
  (goto-char start)
  (while (re-search-forward "#[^ \t\n#!<]" end t)
    (put-text-property (match-beginning 0) (1+ (match-beginning 0)) 'syntax-table '(6 . nil))))

(defun gene-mode-indent-line ()
  "Two more than the line of the innermost open bracket, as `gene fmt' has it."
  (interactive)
  (let* ((open (save-excursion (beginning-of-line) (nth 1 (syntax-ppss))))
         (column (if open (save-excursion (goto-char open) (+ 2 (current-indentation))) 0))
         (column (if (and open (save-excursion
                                 (back-to-indentation)
                                 (looking-at "\\(?:elif\\|else\\|when\\|catch\\|finally\\)\\_>")))
                     (1- column)
                   column)))
    (if (<= (current-column) (current-indentation))
        (indent-line-to column)
      (save-excursion (indent-line-to column)))))

;;;###autoload
(define-derived-mode gene-mode prog-mode "Gene"
  "A mode for Gene."
  (setq-local comment-start "# ")
  (setq-local comment-start-skip "#+[ \t]*")
  (setq-local indent-line-function #'gene-mode-indent-line)
  (setq-local syntax-propertize-function #'gene-mode-syntax-propertize)
  (setq-local font-lock-defaults '(gene-mode-font-lock)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.gene\\'" . gene-mode))

(with-eval-after-load 'eglot
  (defvar eglot-server-programs)
  (add-to-list 'eglot-server-programs '(gene-mode . ("gene" "lsp"))))

(provide 'gene-mode)
;;; gene-mode.el ends here
