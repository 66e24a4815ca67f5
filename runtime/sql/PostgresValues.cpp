// Values of PostgreSQL, in its text format.

#include <charconv>
#include <memory>

#include "runtime/sql/Postgres.h"

namespace gene::sql {
namespace {

enum Type : Oid {
  Bool = 16,
  Bytea = 17,
  Int8 = 20,
  Int2 = 21,
  Int4 = 23,
  JsonText = 114,
  Float4 = 700,
  Float8 = 701,
  Jsonb = 3802,
  BoolArray = 1000,
  ByteaArray = 1001,
  Int2Array = 1005,
  Int4Array = 1007,
  TextArray = 1009,
  CharArray = 1014,
  VarcharArray = 1015,
  Int8Array = 1016,
  Float4Array = 1021,
  Float8Array = 1022,
  NumericArray = 1231,
  UuidArray = 2951,
  JsonbArray = 3807,
  JsonArray = 199,
};

/// The type of an array's items; 0: no array.
Oid itemType(Oid type) {
  switch (type) {
    case BoolArray: return Bool;
    case ByteaArray: return Bytea;
    case Int2Array: return Int2;
    case Int4Array: return Int4;
    case Int8Array: return Int8;
    case Float4Array: return Float4;
    case Float8Array: return Float8;
    case JsonArray: return JsonText;
    case JsonbArray: return Jsonb;
    case TextArray:
    case CharArray:
    case VarcharArray:
    case NumericArray:
    case UuidArray: return 25;
    default: return 0;
  }
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 0;
}

/// \x0a…
Blob bytesOf(std::string_view text) {
  Blob blob;
  for (size_t i = 2; i + 1 < text.size(); i += 2)
    blob.bytes += static_cast<char>(hexDigit(text[i]) * 16 + hexDigit(text[i + 1]));
  return blob;
}

/// {1,NULL,"a \"b\"",{…}}: `at` stands behind the bracket and is moved behind the closing one.
std::shared_ptr<List> listOf(Oid type, std::string_view text, size_t* at) {
  auto list = std::make_shared<List>();
  while (*at < text.size() && text[*at] != '}') {
    if (text[*at] == ',') {
      ++*at;
    } else if (text[*at] == '{') {
      ++*at;
      list->items.emplace_back(listOf(type, text, at));
    } else {
      const bool isQuoted = text[*at] == '"';
      std::string item;
      for (*at += isQuoted ? 1 : 0; *at < text.size(); ++*at) {
        const char c = text[*at];
        if (isQuoted ? c == '"' : c == ',' || c == '}') break;
        if (c == '\\' && *at + 1 < text.size()) ++*at;
        item += text[*at];
      }
      *at += isQuoted ? 1 : 0;
      list->items.push_back(!isQuoted && item == "NULL" ? Cell{} : cellOfText(type, item));
    }
  }
  ++*at;
  return list;
}

template <class Number>
bool read(std::string_view text, Number* number) {
  return std::from_chars(text.data(), text.data() + text.size(), *number).ec == std::errc();
}

std::string inQuotes(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + "\"";
}

std::string arrayText(const List& list) {
  std::string text = "{";
  for (const Cell& item : list.items) {
    if (text.size() > 1) text += ',';
    std::string own;
    if (!textOfCell(item, &own))
      text += "NULL";
    else
      text += std::holds_alternative<std::shared_ptr<List>>(item) ? own : inQuotes(own);
  }
  return text + "}";
}

}  // namespace

Cell cellOfText(Oid type, std::string_view text) {
  if (const Oid item = itemType(type); item != 0) {
    size_t at = text.find('{');  // in front of it may stand the bounds
    if (at == std::string_view::npos) return std::string(text);
    return listOf(item, text, &++at);
  }
  int64_t whole = 0;
  double number = 0;
  switch (type) {
    case Bool: return text == "t";
    case Bytea: return bytesOf(text);
    case Int2:
    case Int4:
    case Int8:
      if (read(text, &whole)) return whole;
      break;
    case Float4:
    case Float8:
      if (read(text, &number)) return number;  // also Infinity, NaN
      break;
    case JsonText:
    case Jsonb: return Json{std::string(text)};
    default: break;
  }
  return std::string(text);
}

bool textOfCell(const Cell& cell, std::string* text) {
  if (std::holds_alternative<std::monostate>(cell)) return false;
  if (const auto* whole = std::get_if<int64_t>(&cell)) {
    *text = std::to_string(*whole);
  } else if (const auto* number = std::get_if<double>(&cell)) {
    char digits[40];
    const auto end = std::to_chars(digits, digits + sizeof digits, *number);
    text->assign(digits, end.ptr);
  } else if (const auto* truth = std::get_if<bool>(&cell)) {
    *text = *truth ? "t" : "f";
  } else if (const auto* string = std::get_if<std::string>(&cell)) {
    *text = *string;
  } else if (const auto* json = std::get_if<Json>(&cell)) {
    *text = json->text;
  } else if (const auto* list = std::get_if<std::shared_ptr<List>>(&cell)) {
    *text = arrayText(**list);
  } else if (const auto* blob = std::get_if<Blob>(&cell)) {
    constexpr std::string_view Digits = "0123456789abcdef";
    *text = "\\x";
    for (const char c : blob->bytes) {
      const auto byte = static_cast<unsigned char>(c);
      *text += Digits[byte >> 4];
      *text += Digits[byte & 15];
    }
  }
  return true;
}

}  // namespace gene::sql
