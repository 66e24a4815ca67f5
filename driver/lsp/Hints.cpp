// Inlay hints: the parameters that literals in a call are for, and the types of variables.

#include <algorithm>

#include "driver/lsp/Features.h"
#include "frontend/analysis/Parameters.h"

namespace gene::lsp {
namespace {

using Kind = Target::Kind;
enum HintKind : int { TypeHint = 1, ParameterHint = 2 };

/// Says a value what it is for? A name does, and so does a call.
bool isLiteral(const Form& form) {
  return form.kind != FormKind::Symbol && form.kind != FormKind::Path &&
         form.kind != FormKind::Gene && form.kind != FormKind::Quote &&
         form.kind != FormKind::Unquote;
}

class Hints {
 public:
  Hints(JsonWriter& out, Workspace& workspace, const Document& document, Range range)
      : out_(out), workspace_(workspace), document_(document), range_(range) {}

  void write() {
    std::vector<const Form*> work;
    pushForms(work, document_.forms());
    while (!work.empty()) {
      const Form* form = work.back();
      work.pop_back();
      const bool isOutside = form->end.valid() && (document_.offset(form->end) < range_.from ||
                                                   document_.offset(form->loc) > range_.to);
      if (isOutside || form->kind == FormKind::Quote) continue;
      if (form->kind == FormKind::Gene) visit(as<GeneForm>(*form));
      const size_t first = work.size();
      forEachPart(*form, [&](Form* part) { work.push_back(part); });
      std::reverse(work.begin() + static_cast<std::ptrdiff_t>(first), work.end());
    }
  }

 private:
  void visit(const GeneForm& g) {
    if (isSymbol(g.head, "var")) return variable(g);
    const bool isNew = isSymbol(g.head, "new") && !g.children.empty();
    const Form* callee = isNew ? g.children[0] : g.head;
    const Span<Form* const> arguments(g.children.begin() + isNew, g.children.end());
    // (a + b), (x .m): no call of the head.
    const bool isOther = !arguments.empty() && arguments[0]->kind == FormKind::Symbol && !isNew &&
                         isOperator(symbolOf(arguments[0]).text());
    if (callee->kind != FormKind::Symbol || isOther ||
        std::ranges::none_of(arguments, [](const Form* f) { return isLiteral(*f); }))
      return;
    if (const ArrayForm* parameters = parametersAt(*callee, isNew))
      call(parametersOf(*parameters), arguments);
  }
  static bool isOperator(std::string_view text) {
    return text.starts_with('.') ||
           text.find_first_not_of("+-*/%<>=!&|^~?") == std::string_view::npos;
  }

  const ArrayForm* parametersAt(const Form& callee, bool isNew) {
    const Target target = workspace_.targetAt(document_, document_.offset(callee.loc) + 1);
    if (target.kind != Kind::Module) return nullptr;
    if (!isNew) return target.definition->parameters;
    for (const Definition& d : target.definition->children)
      if (d.kind == Definition::Kind::Constructor) return d.parameters;
    return nullptr;
  }

  void call(const Parameters& parameters, Span<Form* const> arguments) {
    for (size_t i = 0; i < std::min(arguments.size(), parameters.positional.size()); i++) {
      if (symbolOf(arguments[i]).text() == "...")
        return;  // from here on it is not known which is which
      if (isLiteral(*arguments[i]))
        hint(document_.offset(arguments[i]->loc),
             std::string(parameters.positional[i].name.text()) + ":", ParameterHint);
    }
  }

  /// (var name value), where the type of the value can be seen.
  void variable(const GeneForm& g) {
    if (g.children.size() != 2 || g.children[0]->kind != FormKind::Symbol ||
        symbolOf(g.children[0]).text().ends_with(':'))
      return;
    std::string type = typeOfForm(*g.children[1]);
    if (type.empty() && g.children[1]->kind == FormKind::Gene) {
      const auto& value = as<GeneForm>(*g.children[1]);
      const bool isCall =
          value.head->kind == FormKind::Symbol &&
          (value.children.empty() || !isOperator(symbolOf(value.children[0]).text()) ||
           value.children[0]->kind != FormKind::Symbol);
      if (isCall) type = resultOf(*value.head);
    }
    if (!type.empty()) hint(document_.offset(g.children[0]->end), ": " + type, TypeHint);
  }
  std::string resultOf(const Form& callee) {
    const Target target = workspace_.targetAt(document_, document_.offset(callee.loc) + 1);
    const bool isKnown = target.kind == Kind::Module && target.definition->result;
    return isKnown ? printForm(*target.definition->result) : "";
  }

  void hint(size_t at, const std::string& text, HintKind kind) {
    if (at < range_.from || at > range_.to) return;
    out_.object([&] {
      out_.key("position");
      writePlace(out_, document_.place(at));
      out_.member("label", text);
      out_.member("kind", static_cast<int>(kind));
      if (kind == ParameterHint) out_.member("paddingRight", true);
    });
  }

  JsonWriter& out_;
  Workspace& workspace_;
  const Document& document_;
  const Range range_;
};

}  // namespace

void inlayHints(JsonWriter& out, Workspace& workspace, const Document& document, Range range) {
  out.array([&] { Hints(out, workspace, document, range).write(); });
}

}  // namespace gene::lsp
