#include "runtime/object/Explain.h"

#include <algorithm>

#include "frontend/syntax/Suggest.h"
#include "runtime/Trace.h"
#include "runtime/object/Array.h"
#include "runtime/object/Class.h"
#include "runtime/object/Enum.h"
#include "runtime/object/Map.h"
#include "runtime/object/String.h"

namespace gene {
namespace {

using Explanation = Trace::Explanation;

void note(Context& context, Explanation explanation, Value subject = Value::nil()) {
  context.trace->explanation = explanation;
  context.trace->subject = subject;
}

void addKeys(Value map, std::vector<std::string_view>& names) {
  if (!isMap(map)) return;
  const auto* table = as<MapObject>(map);
  for (uint32_t i = 0; (i = mapNext(table, i)) != MapEnd; i++)
    names.push_back(table->entries[i].key.get().symbol().text());
}

bool hintNear(Explained& result, std::string_view word,
              const std::vector<std::string_view>& names) {
  const std::string_view near = nearest(word, names);
  if (near.empty()) return false;
  result.hints.push_back("did you mean '" + std::string(near) + "'?");
  return true;
}

/// How values of this kind are joined.
void hintJoining(Value operand, Explained& result) {
  if (isString(operand))
    result.hints.emplace_back("strings are joined by (a ++ b), or in #\"a#{b}\"");
  else if (isArray(operand))
    result.hints.emplace_back("arrays are joined by [a... b...]");
  else if (isMap(operand))
    result.hints.emplace_back("maps are joined by {^... a ^... b}");
  else
    result.hints.emplace_back("values are put into a text by #\"a #{value}\"");
}

/// What is done with such a value, where an operator takes numbers.
void hintOperand(Value operand, OperatorUse use, Explained& result) {
  if (isInstance(operand))
    result.hints.emplace_back(
        "operators are no methods, but for ==: a method has a name and is called by (a .plus b)");
  else if (isKind(operand, Kind::String) && use == OperatorUse::Comparison)
    result.hints.emplace_back(
        "texts are put in order by (items .sort); the number in a text is (text .to_i)");
  else if (isKind(operand, Kind::String) && use == OperatorUse::Product)
    result.hints.emplace_back(
        "a text is repeated by (repeat n (line = (line ++ text))); the number in one is (text "
        ".to_i)");
  else if (isKind(operand, Kind::String))
    result.hints.emplace_back("the number in a text is (text .to_i)");
  else if (operand.isChar())
    result.hints.emplace_back("the number of a character is (text .byte_at index)");
}

bool hasMethod(const ClassObject* cls, Symbol name) {
  for (; cls; cls = parentOf(cls))
    if (mapFind(as<MapObject>(cls->methods.get()), name) >= 0) return true;
  return false;
}

/// Which class it is of; of a built-in one, (new Array) and the like, how its values are made.
void hintInstance(Context& context, Value instance, Explained& result) {
  result.hints.push_back("the instance is of class " + kindName(context, instance));
  const ClassObject* cls = classOf(context, instance);
  if (cls == context.classes[static_cast<size_t>(Kind::Array)])
    result.hints.emplace_back("an array is [a b c]");
  else if (cls == context.classes[static_cast<size_t>(Kind::Map)])
    result.hints.emplace_back("a map is {^key value}");
}

/// What `for` goes over where the value itself has no items.
void hintIterated(Value value, Explained& result) {
  if (isInt(value) || value.isFloat())
    result.hints.emplace_back("for goes over collections; numbers are counted by (range 0 n)");
  else if (isString(value))
    result.hints.emplace_back("the characters of a text are (text .chars)");
  else if (isKind(value, Kind::Gene))
    result.hints.emplace_back("the children of a gene are gene/.children");
  else if (isKind(value, Kind::Function))
    result.hints.emplace_back("a generator is made by calling its function: (for x in (f) ...)");
}

void hintField(const VariantObject* variant, Symbol name, Explained& result) {
  const auto* fields = as<ArrayObject>(variant->fields.get());
  std::vector<std::string_view> names;
  for (uint32_t i = 0; i < fields->size; i++) names.push_back(arrayAt(fields, i).symbol().text());
  if (hintNear(result, name.text(), names) || names.empty()) return;
  std::string all;
  for (const std::string_view field : names) all += (all.empty() ? "" : ", ") + std::string(field);
  result.hints.push_back("it has " + all);
}

/// A class that has the method which the receiver lacks.
void hintOtherClass(Context& context, Symbol name, Explained& result) {
  for (const Kind kind : {Kind::Array, Kind::String, Kind::Map}) {
    const ClassObject* cls = classOfKind(context, kind);
    if (mapFind(as<MapObject>(cls->methods.get()), name) < 0) continue;
    const std::string method(name.text());
    result.hints.push_back("'" + method + "' is a method of " +
                           std::string(cls->name.get().symbol().text()) + ": it is called on one");
    return;
  }
}

void hintMethod(Context& context, Value receiver, Symbol name, Explained& result) {
  if (isInstance(receiver)) hintInstance(context, receiver, result);
  if (name.text() == "iter") return hintIterated(receiver, result);
  if (receiver.isChar() && name.text() == "to_i") {
    result.hints.emplace_back(foreignMethod("ord"));
    return;
  }
  if (isKind(receiver, Kind::EnumValue)) return hintField(variantOf(receiver), name, result);
  if (receiver.isVoid()) {
    result.hints.emplace_back(
        "void stands for what is missing: a key or an index that is not there");
    return;
  }
  const std::string word(name.text());
  if (isKind(receiver, Kind::Namespace)) {
    result.hints.push_back("the object stands in front of its method: (value ." + word + " ...)");
    return;
  }
  if (isMap(receiver) && mapFind(as<MapObject>(receiver), name) >= 0) {
    result.hints.push_back("the value of the key is read by map/" + word);
    return;
  }
  if (isClass(receiver) && hasMethod(as<ClassObject>(receiver), name)) {
    result.hints.push_back("'" + word + "' is a method of the instances: ((new " +
                           std::string(as<ClassObject>(receiver)->name.get().symbol().text()) +
                           " ...) ." + word + ")");
    return;
  }
  std::vector<std::string_view> names;
  for (const ClassObject* cls = classOf(context, receiver); cls; cls = parentOf(cls))
    addKeys(cls->methods.get(), names);
  const std::string_view foreign = foreignMethod(name.text()),
                         near = nearestMethod(name.text(), names);
  // A word of another language is no slip of the pen, but where the program's own class has one that is like it.
  if (!near.empty() && (foreign.empty() || isInstance(receiver)))
    result.hints.push_back("did you mean '" + std::string(near) + "'?");
  else if (!foreign.empty())
    result.hints.emplace_back(foreign);
  else if (isKind(receiver, Kind::Generator))
    result.hints.emplace_back("the values of a generator as an array are (@* generator)");
  else if (!isInstance(receiver))
    hintOtherClass(context, name, result);
}

void hintName(Context& context, Symbol name, Explained& result) {
  const std::string_view text = name.text();
  if (const std::string_view foreign = foreignWord(text); !foreign.empty()) {
    result.hints.emplace_back(foreign);
    return;
  }
  if (const std::string_view type = foreignType(text); !type.empty()) {
    result.hints.push_back("did you mean '" + std::string(type) + "'?");
    return;
  }
  if (text.ends_with(".new") && text.size() > 4) {
    result.hints.push_back("an object is made by (new " +
                           std::string(text.substr(0, text.size() - 4)) + " ...)");
    return;
  }
  if (const size_t dot = text.find('.'); dot != 0 && dot < text.size() - 1) {
    const std::string object(text.substr(0, dot)), member(text.substr(dot + 1));
    result.hints.push_back("a method is called by (" + object + " ." + member + "), a field is " +
                           object + "/" + member);
    return;
  }
  std::vector<std::string_view> names;
  if (const Program* program = context.program)
    for (uint32_t i = 0; i < program->globalCount; i++)
      if (!program->slots[i].isAbsent()) names.push_back(program->globalNames[i].text());
  addKeys(context.globals->members.get(), names);
  if (hintNear(result, text, names)) return;
  for (const ClassObject* cls : context.classes) {
    if (!cls || mapFind(as<MapObject>(cls->methods.get()), name) < 0) continue;
    const std::string method(text);
    result.hints.push_back("'" + method + "' is a method: (value ." + method + " ...)");
    return;
  }
}

void hintCount(std::string_view name, size_t least, size_t most, bool any, int given,
               Explained& result) {
  std::string wanted = std::to_string(least);
  if (any)
    wanted = "at least " + wanted;
  else if (least != most)
    wanted += " to " + std::to_string(most);
  result.hints.push_back(std::string(name) + " takes " + wanted +
                         (wanted == "1" ? " argument, " : " arguments, ") + std::to_string(given) +
                         (given == 1 ? " was given" : " were given"));
}

/// How a built-in function is called, as its row says.
void hintUsage(const BuiltinFunction& row, Explained& result) {
  const std::string_view names = row.names, signature = row.signature;
  const std::string_view name = names.substr(0, names.find(' '));
  const bool isNew = (row.flags & (Constructor | Initializer)) != 0;
  std::string usage = isNew                         ? "(new Class"
                      : (row.flags & TakesReceiver) ? "(value ." + std::string(name)
                                                    : "(" + std::string(name);
  if (const size_t arrow = signature.find("->"); arrow > 1)
    usage.append(" ").append(signature.substr(0, arrow - 1));
  result.hints.push_back("a call is written " + usage + ")");
}

void hintBuiltin(const FunctionInfo& callee, int given, Explained& result) {
  const BuiltinFunction& row = *callee.builtin;
  const bool any = row.most == BuiltinFunction::AnyNumber;
  if (given >= 0) hintCount(callee.name.text(), row.least, row.most, any, given, result);
  hintUsage(row, result);
}

/// The callee's parameters, and its place. `given` negative: the number of arguments is not the point.
void hintSignature(const FunctionInfo& callee, int given, Explained& result) {
  if (callee.builtin) return hintBuiltin(callee, given, result);
  if (!callee.slots && callee.slotCount != 0) return;
  std::string list;
  size_t least = 0, most = 0;
  bool any = false;
  for (uint32_t i = 0; i < callee.slotCount; i++) {
    const SlotInfo& slot = callee.slots[i];
    if (slot.kind == SlotKind::Self) continue;
    const bool keyword = slot.kind == SlotKind::Keyword || slot.kind == SlotKind::KeywordRest;
    const bool rest = slot.kind == SlotKind::Rest || slot.kind == SlotKind::KeywordRest;
    list += (list.empty() ? "" : " ") + std::string(keyword ? "^" : "") +
            std::string(slot.name.text()) +
            (rest            ? "..."
             : slot.optional ? " = ..."
                             : "");
    any |= slot.kind == SlotKind::Rest;
    if (slot.kind != SlotKind::Positional) continue;
    most++;
    least += !slot.optional;
  }
  const std::string name = callee.isCtor         ? "new"
                           : callee.name.empty() ? "the function"
                                                 : std::string(callee.name.text());
  if (given >= 0) hintCount(name, least, most, any, given, result);
  if (!callee.program || callee.site >= callee.program->siteCount) return;
  result.definition = &callee.program->sites[callee.site];
  result.signature = name + " [" + list + "]";
}

void hintKeyword(const FunctionInfo& callee, Symbol keyword, Explained& result) {
  std::vector<std::string_view> names;
  if (callee.builtin)
    forEachKeyword(callee.builtin->keywords, [&](std::string_view n) { names.push_back(n); });
  for (uint32_t i = 0; i < callee.slotCount; i++)
    if (callee.slots && callee.slots[i].kind == SlotKind::Keyword)
      names.push_back(callee.slots[i].name.text());
  hintNear(result, keyword.text(), names);
  hintSignature(callee, -1, result);
}

/// What a class is called for: to convert a value, or to make an object.
std::string conversionOrNew(std::string_view cls) {
  if (cls == "Int") return "the Int in a text or a Float is (value .to_i)";
  if (cls == "Float") return "the Float in a text or an Int is (value .to_f)";
  if (cls == "String") return "the text of a value is (value .to_s)";
  return "an object is made by (new " + std::string(cls) + " ...)";
}

void hintCallable(Value callee, Explained& result) {
  if (callee.isVoid())
    result.hints.push_back("what is called here does not exist: a member of that name is missing");
  else if (callee.isNil())
    result.hints.push_back("what is called here is nil");
  else if (isClass(callee))
    result.hints.push_back(conversionOrNew(as<ClassObject>(callee)->name.get().symbol().text()));
  else if (isArray(callee))
    result.hints.push_back("an item is read by (items .get i), or items/0");
  else if (isMap(callee))
    result.hints.push_back("a value is read by (map .get \"key\"), or map/key");
  else
    result.hints.push_back("brackets around a value call it: without them it is the value itself");
  result.guesses = result.hints;
}

void hintAwait(Value value, Explained& result) {
  if (isArray(value))
    result.hints.emplace_back(
        "several futures are awaited by (await a b), or (for f in futures (await f))");
  else
    result.hints.emplace_back("a future comes from (async body), or from a function with ^^async");
}

void hintNew(Value value, Explained& result) {
  if (const auto* variant = asOrNull<VariantObject>(value, Kind::Variant)) {
    const std::string name =
        std::string(as<EnumObject>(variant->owner.get())->name.get().symbol().text()) + "/" +
        std::string(variant->name.get().symbol().text());
    result.hints.push_back("a value of an enum is made without new: (" + name + " ...)");
  } else if (isKind(value, Kind::Interface)) {
    result.hints.emplace_back(
        "an interface is called with an object, of which it makes an adapter: (Interface object)");
  }
}

/// An IOError whose message does not say why.
void hintReason(Context& context, Explained& result) {
  if (!isInstance(context.exception)) return;
  auto* exception = as<InstanceObject>(context.exception);
  const Value reason = getField(context, exception, Symbol::of("reason"));
  const Value message = getField(context, exception, sym::Message);
  if (isString(reason) && isString(message) &&
      stringView(message).find(stringView(reason)) == std::string_view::npos)
    result.hints.emplace_back(stringView(reason));
}

/// A program was looked for whose name is a whole line of a shell.
void hintCommand(Context& context, Explained& result) {
  constexpr std::string_view begin = "Failed to execute command: '";
  if (!isInstance(context.exception)) return;
  const Value message = getField(context, as<InstanceObject>(context.exception), sym::Message);
  if (!isString(message) || !stringView(message).starts_with(begin)) return;
  const std::string_view rest = stringView(message).substr(begin.size());
  const std::string_view command = rest.substr(0, rest.find('\''));
  if (command.find(' ') == std::string_view::npos || command.starts_with('/')) return;
  result.hints.emplace_back(
      "each argument is a string of its own: (system/exec \"ls\" \"-l\"); a line for the shell is "
      "run by "
      "(system/shell line)");
}

}  // namespace

void explainMethod(Context& context, Value receiver, Symbol name) {
  note(context, {Explanation::Method, name}, receiver);
}
void explainName(Context& context, Symbol name) { note(context, {Explanation::Name, name}); }
void explainArguments(Context& context, const FunctionInfo& callee, int given) {
  note(context, {Explanation::Arguments, {}, &callee, given});
}
void explainSignature(Context& context, const FunctionInfo& callee) {
  note(context, {Explanation::Signature, {}, &callee});
}
void explainKeyword(Context& context, const FunctionInfo& callee, Symbol keyword) {
  note(context, {Explanation::Keyword, keyword, &callee});
}
void explainCallable(Context& context, Value callee) {
  note(context, {Explanation::Callable, {}, nullptr, 0}, callee);
}
void explainSameName(Context& context, Symbol name) {
  note(context, {Explanation::SameName, name, nullptr, 0});
}
void explainPattern(Context& context, Value value) {
  note(context, {Explanation::Pattern, {}, nullptr, 0}, value);
}
void explainJoining(Context& context, Value operand) {
  note(context, {Explanation::Joining, {}, nullptr, 0}, operand);
}

void explainOperands(Context& context, Value lhs, Value rhs, OperatorUse use) {
  note(context, {Explanation::Operand, {}, nullptr, static_cast<int>(use)},
       isNumber(lhs) ? rhs : lhs);
}

void explainAwait(Context& context, Value value) {
  note(context, {Explanation::Await, {}, nullptr, 0}, value);
}
void explainKey(Context& context) { note(context, {Explanation::Key, {}, nullptr, 0}); }
void explainNew(Context& context, Value value) {
  note(context, {Explanation::New, {}, nullptr, 0}, value);
}
void explainFuture(Context& context) { note(context, {Explanation::Future, {}, nullptr, 0}); }

void explainMissing(Context& context) { note(context, {Explanation::Missing, {}, nullptr, 0}); }

void explainUsage(Context& context, const BuiltinFunction& row) {
  const Trace& trace = *context.trace;
  if (trace.count() != 0 || trace.explanation.kind != Explanation::None ||
      !isInstance(context.exception))
    return;
  const ClassObject* cls = classOf(context, context.exception);
  if (cls == errorClass(context, ErrorClass::Type) ||
      cls == errorClass(context, ErrorClass::Argument))
    note(context, {Explanation::Usage, {}, nullptr, 0, &row});
}

Explained explained(Context& context) {
  Explained result;
  const Explanation e = context.trace->explanation;
  switch (e.kind) {
    case Explanation::None: break;
    case Explanation::Method: hintMethod(context, context.trace->subject, e.name, result); break;
    case Explanation::Name:
      hintName(context, e.name, result);
      result.guesses = result.hints;
      break;
    case Explanation::Arguments: hintSignature(*e.callee, e.given, result); break;
    case Explanation::Keyword: hintKeyword(*e.callee, e.name, result); break;
    case Explanation::Signature: hintSignature(*e.callee, -1, result); break;
    case Explanation::Callable: hintCallable(context.trace->subject, result); break;
    case Explanation::Missing:
      result.hints.push_back(
          "void stands for what is missing: a key or an index that is not there");
      break;
    case Explanation::Await: hintAwait(context.trace->subject, result); break;
    case Explanation::New: hintNew(context.trace->subject, result); break;
    case Explanation::Key:
      result.hints.emplace_back("keys of any kind are for a HashMap: {{key value ...}}");
      break;
    case Explanation::Future:
      result.hints.emplace_back("the value of a future is (await future)");
      break;
    case Explanation::Usage: hintUsage(*e.row, result); break;
    case Explanation::SameName:
      result.hints.push_back("the program has several types named " + std::string(e.name.text()) +
                             "; the value is of another one");
      break;
    case Explanation::Pattern:
      result.hints.push_back("[a b] takes an array apart, this is " +
                             kindName(context, context.trace->subject) +
                             "; a map is gone through by (for key value in map ...)");
      break;
    case Explanation::Operand:
      hintOperand(context.trace->subject, static_cast<OperatorUse>(e.given), result);
      break;
    case Explanation::Joining: hintJoining(context.trace->subject, result); break;
  }
  hintReason(context, result);
  hintCommand(context, result);
  return result;
}

}  // namespace gene
