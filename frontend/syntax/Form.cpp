#include "frontend/syntax/Form.h"

#include <charconv>
#include <cmath>
#include <vector>

#include "runtime/support/Utf8.h"

namespace gene {
namespace {

void printEscaped(std::string_view text, char quote, std::string& out) {
  out += quote;
  for (char c : text) {
    switch (c) {
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\\': out += "\\\\"; break;
      default:
        if (c == quote) out += '\\';
        out += c;
    }
  }
  out += quote;
}

bool endsToken(char c) {
  return std::string_view(" \t\n\r\v\f,;\"`%()[]{}").find(c) != std::string_view::npos;
}

/// Would this symbol be read as a constant, a number, or the beginning of another form?
bool readsAsOther(std::string_view text) {
  if (text.empty()) return false;
  const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
  const char first = text[0];
  if (isDigit(first) || first == '\'') return true;
  if ((first == '+' || first == '-') && text.size() > 1 && isDigit(text[1])) return true;
  if (first == '#')
    return text.size() == 1 || std::string_view("#!<@/").find(text[1]) != std::string_view::npos;
  for (std::string_view constant : {"nil", "void", "true", "false", "not_found"})
    if (text == constant) return true;
  return false;
}

/// A symbol or a part of a path, with escapes where it would read as something else.
void printSymbol(std::string_view text, bool isPart, std::string& out) {
  if (!isPart && readsAsOther(text)) out += '\\';
  const bool operatorSlash = !isPart && (text == "/" || text == "/=" || text == "./");
  const bool percent = !isPart && (text == "%" || text == "%=");
  for (size_t i = 0; i < text.size(); i++) {
    const char c = text[i];
    const bool angle = isPart && !text.empty() && text[0] == '<';
    const bool escape = c == '\\' || (c == '/' && !operatorSlash && !angle) ||
                        (endsToken(c) && !(percent && c == '%'));
    if (escape) out += '\\';
    out += c;
  }
}

void printFloatForm(double value, std::string& out) {
  if (std::isnan(value) || std::isinf(value)) {
    out += std::isnan(value) ? "nan" : value < 0 ? "-1e999" : "1e999";
    return;
  }
  char buffer[40];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value);
  const std::string_view text(buffer, static_cast<size_t>(result.ptr - buffer));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void printTwoDigits(unsigned value, std::string& out) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

void printDateTime(const DateTimeForm& form, std::string& out) {
  if (form.kind != FormKind::Time) {
    printTwoDigits(static_cast<unsigned>(form.year) / 100, out);
    printTwoDigits(static_cast<unsigned>(form.year) % 100, out);
    out += '-';
    printTwoDigits(form.month, out);
    out += '-';
    printTwoDigits(form.day, out);
    if (form.kind == FormKind::Date) return;
    out += 'T';
  }
  printTwoDigits(form.hour, out);
  out += ':';
  printTwoDigits(form.minute, out);
  if (form.second || form.microsecond || form.hasOffset || !form.zone.empty()) {
    out += ':';
    printTwoDigits(form.second, out);
  }
  if (form.microsecond) {
    std::string digits = std::to_string(1000000 + form.microsecond).substr(1);
    digits.resize(digits.find_last_not_of('0') + 1);
    out += '.' + digits;
  }
  if (form.hasOffset && form.offsetMinutes == 0) {
    out += 'Z';
  } else if (form.hasOffset) {
    const int minutes = form.offsetMinutes < 0 ? -form.offsetMinutes : form.offsetMinutes;
    out += form.offsetMinutes < 0 ? '-' : '+';
    printTwoDigits(static_cast<unsigned>(minutes / 60), out);
    out += ':';
    printTwoDigits(static_cast<unsigned>(minutes % 60), out);
  }
  if (!form.zone.empty()) out.append("[").append(form.zone).append("]");
}

void printRegex(const RegexForm& form, std::string& out) {
  auto segment = [&](std::string_view text) {
    for (char c : text) {
      if (c == '/' || c == '\\') out += '\\';
      out += c;
    }
    out += '/';
  };
  out += "#/";
  segment(form.pattern);
  if (form.hasReplacement) segment(form.replacement);
  if (form.ignoreCase) out += 'i';
  if (form.multiline) out += 'm';
}

void printScalar(const Form& form, std::string& out) {
  switch (form.kind) {
    case FormKind::Nil: out += "nil"; return;
    case FormKind::Void: out += "void"; return;
    case FormKind::True: out += "true"; return;
    case FormKind::False: out += "false"; return;
    case FormKind::NotFound: out += "not_found"; return;
    case FormKind::Int: out += std::to_string(as<IntForm>(form).value); return;
    case FormKind::Float: printFloatForm(as<FloatForm>(form).value, out); return;
    case FormKind::Char: {
      std::string text;
      utf8::append(text, as<CharForm>(form).value);
      printEscaped(text, '\'', out);
      return;
    }
    case FormKind::String: printEscaped(as<StringForm>(form).text, '"', out); return;
    case FormKind::Bytes: {
      constexpr char hex[] = "0123456789abcdef";
      out += "0#";
      for (char c : as<StringForm>(form).text) {
        out += hex[static_cast<uint8_t>(c) >> 4];
        out += hex[c & 15];
      }
      return;
    }
    case FormKind::Symbol: printSymbol(as<SymbolForm>(form).symbol.text(), false, out); return;
    case FormKind::Path: {
      bool first = true;
      for (Symbol part : as<PathForm>(form).parts) {
        if (!first)
          out += '/';
        else if (readsAsOther(part.text()))
          out += '\\';
        first = false;
        printSymbol(part.text(), true, out);
      }
      return;
    }
    case FormKind::Regex: printRegex(as<RegexForm>(form), out); return;
    case FormKind::Date:
    case FormKind::DateTime:
    case FormKind::Time: printDateTime(as<DateTimeForm>(form), out); return;
    default: GENE_UNREACHABLE("a scalar form");
  }
}

/// What remains to be printed: a form, or text between forms.
struct Step {
  const Form* form;
  std::string_view text;
  bool isKey = false;
};

/// Pushes the parts of a container in reverse order, so that they come off the stack in order.
void pushParts(const Form& form, std::string& out, std::vector<Step>& steps) {
  const size_t first = steps.size();
  auto property = [&](const Property& p) {
    steps.push_back({nullptr, " ^"});
    steps.push_back({nullptr, p.key.text(), true});
    if (p.value->kind == FormKind::True) {
      steps[steps.size() - 2].text = " ^^";
    } else if (p.value->kind == FormKind::False) {
      steps[steps.size() - 2].text = " ^!";
    } else {
      steps.push_back({nullptr, " "});
      steps.push_back({p.value, {}});
    }
  };
  // What begins with ^ is the key of a property there, and nowhere else.
  auto inGene = [&](const Form* item) {
    const bool isPath = item->kind == FormKind::Path;
    if (!isPath && item->kind != FormKind::Symbol) return;
    const Symbol first = isPath ? as<PathForm>(*item).parts[0] : as<SymbolForm>(*item).symbol;
    if (first.text().starts_with('^')) steps.push_back({nullptr, "\\"});
  };
  auto items = [&](Span<Form* const> all, bool separated) {
    for (const Form* item : all) {
      if (separated) steps.push_back({nullptr, " "});
      if (form.kind == FormKind::Gene) inGene(item);
      steps.push_back({item, {}});
      separated = true;
    }
  };
  if (form.frozen) out += '#';
  switch (form.kind) {
    case FormKind::Array:
      out += '[';
      items(as<ArrayForm>(form).items, false);
      steps.push_back({nullptr, "]"});
      break;
    case FormKind::HashMap:
      out += "{{";
      items(as<HashMapForm>(form).items, false);
      steps.push_back({nullptr, "}}"});
      break;
    case FormKind::Map: {
      out += '{';
      const size_t at = steps.size();
      for (const Property& p : as<MapForm>(form).properties) property(p);
      if (steps.size() > at) steps[at].text.remove_prefix(1);
      steps.push_back({nullptr, "}"});
      break;
    }
    case FormKind::Gene: {
      const auto& gene = as<GeneForm>(form);
      out += '(';
      inGene(gene.head);
      steps.push_back({gene.head, {}});
      for (const Property& p : gene.properties) property(p);
      items(gene.children, true);
      steps.push_back({nullptr, ")"});
      break;
    }
    case FormKind::Quote:
      out += '`';
      steps.push_back({as<QuoteForm>(form).value, {}});
      break;
    case FormKind::Unquote:
      out += form.discard ? "%_" : "%";
      steps.push_back({as<QuoteForm>(form).value, {}});
      break;
    default: GENE_UNREACHABLE("a container form");
  }
  for (size_t i = first, j = steps.size() - 1; i < j; i++, j--) std::swap(steps[i], steps[j]);
}

}  // namespace

void printName(std::string_view name, std::string& out) { printSymbol(name, false, out); }

void printKey(std::string_view key, std::string& out) {
  for (size_t i = 0; i < key.size(); i++) {
    const char c = key[i];
    if (c == '\\' || c == '^' || (c == '!' && i == 0) || endsToken(c)) out += '\\';
    out += c;
  }
}

std::string printForm(const Form& form) {
  std::string out;
  std::vector<Step> steps{{&form, {}}};
  while (!steps.empty()) {
    const Step step = steps.back();
    steps.pop_back();
    if (!step.form) {
      if (step.isKey)
        printKey(step.text, out);
      else
        out += step.text;
      continue;
    }
    switch (step.form->kind) {
      case FormKind::Array:
      case FormKind::Map:
      case FormKind::HashMap:
      case FormKind::Gene:
      case FormKind::Quote:
      case FormKind::Unquote: pushParts(*step.form, out, steps); break;
      default: printScalar(*step.form, out);
    }
  }
  return out;
}

}  // namespace gene
