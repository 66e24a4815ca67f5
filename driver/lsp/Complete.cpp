// Completion: what may stand where the cursor is, in text that is being typed.

#include <algorithm>
#include <filesystem>
#include <set>

#include "driver/Reference.h"
#include "driver/lsp/Features.h"
#include "frontend/analysis/Documentation.h"
#include "frontend/analysis/Parameters.h"
#include "frontend/analysis/SpecialForms.h"
#include "frontend/syntax/Reader.h"
#include "runtime/object/Class.h"
#include "runtime/object/Map.h"

namespace gene::lsp {
namespace {

constexpr int KeywordKind = 14, FileKind = 17, MethodKind = 2, FieldKind = 5, VariableKind = 6,
              FunctionKind = 3;

class Completer {
 public:
  Completer(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset,
            bool snippets)
      : out_(out), workspace_(workspace), document_(document) {
    prefix_ = document.text.substr(0, offset);
    from_ = tokenAt(prefix_, offset).from;
    token_ = std::string_view(prefix_).substr(from_);
    replaced_ = {from_, offset};
    const size_t next = document.text.find_first_not_of(" \t", offset);
    const bool isAlone =
        next == std::string::npos ||
        std::string_view(")\r\n").find(document.text[next]) != std::string_view::npos;
    makesSnippets_ = snippets && isAlone && from_ > 0 && prefix_[from_ - 1] == '(';
    // The forms around the cursor, with all that stands before it.
    Location start = sources_.add("prefix", closedPrefix(prefix_, offset));
    DiagnosticEngine errors(sources_);
    enclose(readForms(start, arena_, errors));
  }

  void run() {
    out_.object([&] {
      out_.member("isIncomplete", false);
      out_.arrayMember("items", [&] {
        const Layout layout = layoutOf(prefix_);
        const Layout::Piece* last = layout.pieces.empty() ? nullptr : &layout.pieces.back();
        const bool isInside = last && last->to >= prefix_.size();
        if (isInside && last->kind == Layout::Kind::Comment && !prefix_.ends_with('\n')) return;
        const size_t quote = prefix_.rfind('"');
        const bool isString = isInside && quote != std::string::npos &&
                              last->kind == Layout::Kind::Text &&
                              !(prefix_.ends_with('"') && last->from != quote);
        if (isString) return modules(quote);
        const size_t slash = token_.rfind('/');
        if (token_.starts_with('.'))
          methods(receiverType(from_), "");
        else if (slash != std::string_view::npos)
          members(token_.substr(0, slash), slash);
        else
          names();
      });
    });
  }

 private:
  /// One possible word; its beginning must be what stands there.
  void item(std::string_view label, int kind, std::string_view detail,
            std::string_view documentation = {}, const std::string& snippet = {}) {
    const std::string_view typed =
        std::string_view(prefix_).substr(replaced_.from, replaced_.to - replaced_.from);
    if (!label.starts_with(typed) || !seen_.insert(std::string(label)).second) return;
    out_.object([&] {
      out_.member("label", label);
      out_.member("kind", kind);
      if (!detail.empty()) out_.member("detail", detail);
      if (!documentation.empty()) out_.member("documentation", documentation);
      out_.objectMember("textEdit", [&] {
        out_.key("range");
        writeRange(out_, document_, replaced_);
        out_.member("newText", snippet.empty() ? label : std::string_view(snippet));
      });
      if (!snippet.empty()) out_.member("insertTextFormat", 2);
    });
  }

  /// (for x in collection forms...) as: for ${1:x} in ${2:collection} ${3:forms}. Words of special forms stay; brackets, too.
  [[nodiscard]] std::string snippetOf(std::string_view shape) const {
    if (!makesSnippets_ || !shape.starts_with('(')) return {};
    shape = shape.substr(1, shape.rfind(')') - 1);
    std::string text;
    int number = 0;
    for (size_t at = 0; at < shape.size();) {
      const size_t end = std::min(shape.find_first_of(" ()[]{}", at), shape.size());
      std::string_view word = shape.substr(at, end - at);
      const bool isFixed = at == 0 || word.empty() || specialFormRow(word) ||
                           word.starts_with('"') || word == "<" || word == "...";
      if (word.size() > 3 && word.ends_with("...")) word.remove_suffix(3);
      if (word == "...")
        text += "$" + std::to_string(++number);
      else if (isFixed)
        text += (word.starts_with('$') ? "\\" : "") + std::string(word);
      else
        text += "${" + std::to_string(++number) + ":" + std::string(word) + "}";
      if (end < shape.size()) text += shape[end];
      at = end + 1;
    }
    return number == 0 ? std::string() : text;
  }
  /// A function with its parameters that have to be given.
  [[nodiscard]] std::string snippetOf(const Definition& d) const {
    const bool isCalled = d.kind == Definition::Kind::Function || d.kind == Definition::Kind::Macro;
    if (!makesSnippets_ || !isCalled || !d.parameters) return {};
    std::string text(d.name.text());
    int number = 0;
    for (const Parameters::Positional& p : parametersOf(*d.parameters).positional)
      if (!p.optional)
        text += " ${" + std::to_string(++number) + ":" + std::string(p.name.text()) + "}";
    return number == 0 ? std::string() : text;
  }
  void item(const Definition& d) {
    item(d.name.text(), completionKind(d.kind), d.signature(),
         documentationOf(d, {document_.text, document_.layout(), document_.location(0)}),
         snippetOf(d));
  }

  /// Remembers the forms that are still open, outermost first: each is the last part of the one around it.
  void enclose(Span<Form* const> forms) {
    top_ = forms;
    const Form* last = forms.empty() ? nullptr : forms.back();
    while (last && last->kind == FormKind::Gene) {
      const auto& g = as<GeneForm>(*last);
      around_.push_back(&g);
      last = g.children.empty() ? g.head : g.children.back();
      for (const Property& p : g.properties)
        if (p.value->loc.offset > last->loc.offset) last = p.value;
    }
  }

  template <class F>
  void patternNames(const Form* form, F&& visit) const {
    if (form->kind == FormKind::Symbol) {
      std::string_view text = symbolOf(form).text();
      if (text.starts_with('^')) text.remove_prefix(1);
      while (text.ends_with(':')) text.remove_suffix(1);
      if (text.size() > 3 && text.ends_with("...")) text.remove_suffix(3);
      const bool isName = !text.empty() && text != "=" && text != "_" && text != "in";
      if (isName) visit(text);
    } else if (form->kind == FormKind::Array) {
      for (const Form* item : as<ArrayForm>(*form).items) patternNames(item, visit);
    } else if (form->kind == FormKind::Map) {
      for (const Property& p : as<MapForm>(*form).properties) patternNames(p.value, visit);
    }
  }

  /// Calls visit(name, form that gives it a value or type) for the variables that are visible at the cursor.
  template <class F>
  void locals(F&& visit) const {
    for (size_t i = around_.size(); i-- > 0;) {
      const GeneForm& g = *around_[i];
      const std::string_view head = symbolOf(g.head).text();
      if (head == "fn" || head == "method" || head == "ctor" || head == "block") {
        for (const Form* child : g.children)
          if (child->kind == FormKind::Array) {
            parameters(as<ArrayForm>(*child), visit);
            break;
          }
      }
      const bool isBlock = !g.children.empty() && isSymbol(g.children[0], "->");
      if (isBlock) patternNames(g.head, [&](std::string_view n) { visit(n, nullptr, nullptr); });
      if (head == "for")
        for (const Form* child : g.children) {
          if (isSymbol(child, "in")) break;
          patternNames(child, [&](std::string_view n) { visit(n, nullptr, nullptr); });
        }
      for (size_t c = 0; c < g.children.size(); c++) {
        if (head == "try" && isSymbol(g.children[c], "catch") && c + 1 < g.children.size())
          patternNames(g.children[c + 1], [&](std::string_view n) { visit(n, nullptr, nullptr); });
        declared(g.children[c], visit);
      }
    }
    for (const Form* form : top_) declared(form, visit);
  }
  template <class F>
  static void parameters(const ArrayForm& list, F&& visit) {
    for (size_t i = 0; i < list.items.size(); i++) {
      std::string_view text = symbolOf(list.items[i]).text();
      if (text.empty() || text == "=") continue;
      const bool typed = text.size() > 1 && text.ends_with(':');
      if (text.starts_with('^')) text.remove_prefix(1);
      if (typed) text.remove_suffix(1);
      if (text.size() > 3 && text.ends_with("...")) text.remove_suffix(3);
      const Form* type = typed && i + 1 < list.items.size() ? list.items[i + 1] : nullptr;
      if (typed) i++;
      visit(text, type, nullptr);
    }
  }
  /// What a (var …) or a (fn name …) among the forms around the cursor declares.
  template <class F>
  void declared(const Form* form, F&& visit) const {
    const Form* only[] = {form};
    if (form->kind != FormKind::Gene) return;
    std::vector<Form*> forms{const_cast<Form*>(only[0])};
    for (const Definition& d : outlineOf(forms)) visit(d.name.text(), d.type, d.value);
  }

  void names() {
    for (const Definition& d : document_.outline()) item(d);
    locals([&](std::string_view name, const Form* type, const Form*) {
      item(name, VariableKind, type ? printForm(*type) : "");
    });
    keywordArguments();
    for (const std::string_view name : driver::specialFormNames())
      item(name, KeywordKind, driver::aboutSpecialForm(name), {},
           snippetOf(specialFormRow(name) ? specialFormRow(name)->shape : ""));
    if (!workspace_.names()) return;
    for (const driver::BuiltinEntry& e : driver::builtinFunctions())
      if (e.owner.empty()) item(e.name, FunctionKind, e.signature(), e.row->documentation);
    const auto* globals = as<MapObject>(workspace_.names()->globals->members.get());
    for (uint32_t i = 0; (i = mapNext(globals, i)) != MapEnd; i++) {
      const Value value = globals->entries[i].value.get();
      item(globals->entries[i].key.get().symbol().text(),
           isClass(value)                   ? completionKind(Definition::Kind::Class)
           : isKind(value, Kind::Namespace) ? completionKind(Definition::Kind::Namespace)
                                            : VariableKind,
           "built-in");
    }
  }

  /// ^name of the function that is called.
  void keywordArguments() {
    const bool isKey = from_ > 0 && prefix_[from_ - 1] == '^';
    if (!isKey || around_.empty()) return;
    const std::string_view function = symbolOf(around_.back()->head).text();
    const Definition* d = document_.definition(function);
    if (!d)
      if (const driver::BuiltinEntry builtin = driver::findBuiltin(function); builtin.row)
        forEachKeyword(builtin.row->function.keywords, [&](std::string_view name) {
          if (name != "...") item(name, FieldKind, "keyword argument");
        });
    if (!d || !d->parameters) return;
    for (const Form* p : d->parameters->items) {
      std::string_view text = symbolOf(p).text();
      if (!text.starts_with('^')) continue;
      text.remove_prefix(1);
      while (text.ends_with(':')) text.remove_suffix(1);
      item(text, FieldKind, "keyword argument");
    }
  }

  /// The class of what a name stands for, as far as its declaration says it.
  std::string typeOfName(std::string_view name) const {
    std::string found;
    const auto take = [&](std::string_view n, const Form* type, const Form* value) {
      if (n != name || !found.empty()) return;
      if (type)
        found = printForm(*type);
      else if (value)
        found = typeOfForm(*value);
    };
    locals(take);
    for (const Definition& d : document_.outline()) take(d.name.text(), d.type, d.value);
    return found;
  }

  /// The class of what stands before the method's dot at `end`; empty: anything.
  std::string receiverType(size_t end) const {
    std::string_view before = std::string_view(prefix_).substr(0, end);
    while (before.ends_with(' ') || before.ends_with('\n')) before.remove_suffix(1);
    if (before.empty()) return {};
    if (before.back() == '"') return "String";
    if (before.back() == ']') return "Array";
    if (before.back() == '}') return "Map";
    const Range token = tokenAt(before, before.size());
    const std::string_view word = before.substr(token.from);
    if (word.empty()) return {};
    if (word[0] >= '0' && word[0] <= '9')
      return word.find('.') == std::string_view::npos ? "Int" : "Float";
    return word == "self" ? enclosingClass() : typeOfName(word);
  }
  std::string enclosingClass() const {
    for (size_t i = around_.size(); i-- > 0;)
      if (isSymbol(around_[i]->head, "class") && !around_[i]->children.empty())
        return std::string(symbolOf(around_[i]->children[0]).text());
    return {};
  }

  const Definition* classNamed(const std::string& name) {
    const Definition* d = document_.definition(name);
    const Document* other = nullptr;
    return d && d->kind == Definition::Kind::Import ? workspace_.behindImport(document_, *d, &other)
                                                    : d;
  }

  void methods(std::string type, std::string_view before) {
    const std::string prefix = std::string(before) + ".";
    const bool isKnown = !type.empty();
    for (int depth = 0; !type.empty() && depth < 20; depth++) {
      const Definition* cls = classNamed(type);
      if (!cls) break;
      for (const Definition& d : cls->children)
        if (d.kind == Definition::Kind::Method)
          item(prefix + std::string(d.name.text()), MethodKind, d.signature());
      type = cls->value ? printForm(*cls->value) : "Object";
    }
    if (!isKnown)
      forEachDefinition(document_.outline(), nullptr, [&](const Definition& d, const auto*) {
        if (d.kind == Definition::Kind::Method)
          item(prefix + std::string(d.name.text()), MethodKind, d.signature());
      });
    for (const driver::BuiltinEntry& e : driver::builtinMethods())
      if ((!isKnown || type == e.owner || e.owner == "Object") && e.isFirstName())
        item(prefix + std::string(e.name), MethodKind, e.signature(), e.row->documentation);
  }

  void members(std::string_view path, size_t slash) {
    const std::string prefix(token_.substr(0, slash + 1));
    // /x and self/x: fields of the class around.
    const std::string type = path.empty() || path == "self" ? enclosingClass() : typeOfName(path);
    for (const std::string& name : {type, std::string(path)})
      if (const Definition* d = name.empty() ? nullptr : classNamed(name))
        for (const Definition& child : d->children)
          if (child.kind != Definition::Kind::Method && child.kind != Definition::Kind::Constructor)
            item(prefix + std::string(child.name.text()), completionKind(child.kind),
                 child.signature());
    for (const driver::BuiltinEntry& e : driver::builtinFunctions())
      if (e.owner == path)
        item(prefix + std::string(e.name), FunctionKind, e.signature(), e.row->documentation);
    methods(type, prefix);
  }

  /// "dir/mod|": modules to import.
  void modules(size_t quote) {
    namespace fs = std::filesystem;
    if (document_.path.empty()) return;
    const std::string part = prefix_.substr(quote + 1);
    replaced_.from = quote + 1;
    const size_t slash = part.rfind('/');
    const std::string folder = slash == std::string::npos ? "" : part.substr(0, slash + 1);
    std::error_code failed;
    for (const auto& entry :
         fs::directory_iterator(fs::path(document_.path).parent_path() / folder, failed)) {
      const fs::path name = entry.path().filename();
      if (name.string().starts_with('.')) continue;
      if (entry.is_directory(failed))
        item(folder + name.string() + "/", FileKind, "folder");
      else if (name.extension() == ".gene")
        item(folder + name.stem().string(), FileKind, "module");
    }
  }

  JsonWriter& out_;
  Workspace& workspace_;
  const Document& document_;
  std::string prefix_;
  size_t from_ = 0;
  std::string_view token_;
  Range replaced_;
  bool makesSnippets_ = false;  // behind a bracket that has nothing else in it
  SourceManager sources_;
  Arena arena_;
  Span<Form* const> top_;
  std::vector<const GeneForm*> around_;
  std::set<std::string> seen_;
};

}  // namespace

void completion(JsonWriter& out, Workspace& workspace, const Document& document, size_t offset,
                bool snippets) {
  Completer(out, workspace, document, offset, snippets).run();
}

}  // namespace gene::lsp
