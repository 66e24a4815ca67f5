// genex/ai (genex/llm is the same): clients of language models, and what programs link that name them (Libraries.def).

#include <cstdlib>

#include "runtime/ai/Chat.h"
#include "runtime/ai/Schema.h"
#include "runtime/builtins/Io.h"
#include "runtime/http/Reading.h"
#include "runtime/http/Text.h"
#include "runtime/object/Array.h"
#include "runtime/object/Gene.h"
#include "runtime/object/Map.h"
#include "runtime/object/Print.h"
#include "runtime/object/Resource.h"
#include "runtime/system/Environment.h"

namespace gene::ai {
namespace {

constexpr const Provider* Providers[] = {&openAi, &anthropic};
constexpr const char* ClientFields[] = {"provider", "model",      "base_url", "api_key",
                                        "retries",  "timeout_ms", "retry_ms", "headers"};

// --- arguments -------------------------------------------------------------------------------------------------------------

bool numberOption(Context& context, Value given, const char* name, int64_t least, int64_t* number) {
  if (given.isNil()) return true;
  if (isInt(given) && asInt(given) >= least && asInt(given) <= INT32_MAX) {
    *number = asInt(given);
    return true;
  }
  raiseArgument(context,
                "^" + std::string(name) + " requires an Int of at least " + std::to_string(least));
  return false;
}

const Provider* providerNamed(Context& context, Value name) {
  for (const Provider* provider : Providers)
    if (isString(name) && stringView(name) == provider->name) return provider;
  raiseArgument(context, "ai/Client requires ^provider \"openai\" or \"anthropic\"");
  return nullptr;
}

Value initialize(Context& context, Arguments args) {
  auto* self = as<InstanceObject>(args[0]);
  for (const char* name : ClientFields)
    setField(context, self, Symbol::of(name), keywordArgument(args, name));
  const auto field = [&](const char* name) { return getField(context, self, Symbol::of(name)); };
  if (!providerNamed(context, field("provider"))) return Value::pending();
  if (!isString(field("model")))
    return raiseArgument(context, "ai/Client requires ^model, a String");
  for (const char* name : {"base_url", "api_key"})
    if (!field(name).isNil() && !isString(field(name)))
      return raiseType(context, "ai/Client requires ^" + std::string(name) + " to be a String");
  if (!field("headers").isNil() && !isMap(field("headers")))
    return raiseType(context, "ai/Client requires ^headers to be a Map");
  int64_t number = 0;
  for (const char* name : {"retries", "retry_ms", "timeout_ms"})
    if (!numberOption(context, field(name), name, 0, &number)) return Value::pending();
  return args[0];
}

/// What the client says of its service; false with an exception.
bool readService(Context& context, Value client, Service* service) {
  const auto field = [&](const char* name) {
    const Value v = getField(context, as<InstanceObject>(client), Symbol::of(name));
    return v.isAbsent() ? Value::nil() : v;
  };
  service->provider = providerNamed(context, field("provider"));
  if (!service->provider) return false;
  service->model = textOf(field("model"));
  service->url =
      isString(field("base_url")) ? textOf(field("base_url")) : service->provider->baseUrl;
  while (service->url.ends_with('/')) service->url.pop_back();
  service->url += service->provider->path;
  if (!sandbox::allowsName(Permission::Net, sandbox::hostOf(service->url))) {
    raiseRefused(context, Permission::Net, service->url);
    return false;
  }
  const char* const variable = service->provider->keyVariable;
  if (isString(field("api_key")))
    service->key = textOf(field("api_key"));
  else if (sandbox::allowsName(Permission::Env, variable))
    service->key = environmentValue(variable).value_or("");
  if (!http::isFieldValue(service->key)) {
    raiseArgument(context, "The key of ai/Client cannot be sent");
    return false;
  }
  int64_t retries = service->retries, delay = 500, timeout = 120'000;
  if (!numberOption(context, field("retries"), "retries", 0, &retries) ||
      !numberOption(context, field("retry_ms"), "retry_ms", 0, &delay) ||
      !numberOption(context, field("timeout_ms"), "timeout_ms", 0, &timeout))
    return false;
  service->retries = static_cast<uint32_t>(retries);
  service->retryDelay = static_cast<uint64_t>(delay);
  service->timeout = static_cast<uint64_t>(timeout);
  const Value headers = field("headers");
  if (!isMap(headers)) return true;
  const auto* map = as<MapObject>(headers);
  for (uint32_t i = 0; (i = mapNext(map, i)) != MapEnd; i++) {
    const std::string_view name = map->entries[i].key.get().symbol().text();
    const std::string text = displayText(context, map->entries[i].value.get());
    if (!http::isFieldName(name) || !http::isFieldValue(text)) {
      raiseArgument(context, "A header cannot be sent: " + std::string(name));
      return false;
    }
    service->fields.emplace_back(name, text);
  }
  return true;
}

/// A copy of the conversation: the answers will stand behind it. 0 with an exception.
Value conversationOf(Context& context, Value given) {
  ArrayObject* messages = newArray(context, 4);
  if (isString(given)) {
    MapObject* map = newMap(context);
    putText(context, map, "role", "user");
    put(context, map, "content", given);
    arrayPush(context, messages, Value::object(map));
    return Value::object(messages);
  }
  const bool isFull = isArray(given) && as<ArrayObject>(given)->size > 0;
  if (!isFull) return raiseType(context, "A conversation must be a String or an Array of messages");
  for (uint32_t i = 0; i < as<ArrayObject>(given)->size; i++) {
    const Value message = itemOf(given, i);
    const std::string role = textOf(fieldOf(message, "role"));
    if (role != "system" && role != "user" && role != "assistant" && role != "tool")
      return raiseArgument(context,
                           "A message must be a Map with ^role system, user, assistant or tool");
    arrayPush(context, messages, message);
  }
  return Value::object(messages);
}

bool readQuestion(Context& context, Arguments args, const Service& service, Question* question) {
  question->model = service.model;
  question->messages = conversationOf(context, args[1]);
  if (question->messages.isPending()) return false;
  question->tools = keywordArgument(args, "tools");
  question->system = keywordArgument(args, "system");
  question->temperature = keywordArgument(args, "temperature");
  if (!question->tools.isNil() && !isArray(question->tools)) {
    raiseType(context, "^tools requires an Array of functions");
    return false;
  }
  if (!question->system.isNil() && !isString(question->system)) {
    raiseType(context, "^system requires a String");
    return false;
  }
  if (!question->temperature.isNil() && !isNumber(question->temperature)) {
    raiseType(context, "^temperature requires a number");
    return false;
  }
  return numberOption(context, keywordArgument(args, "max_tokens"), "max_tokens", 1,
                      &question->mostTokens);
}

// --- methods ---------------------------------------------------------------------------------------------------------------

Value chat(Context& context, Arguments args) {
  Service service;
  Question question;
  int64_t turns = 10;
  if (!readService(context, args[0], &service) ||
      !readQuestion(context, args, service, &question) ||
      !numberOption(context, keywordArgument(args, "max_turns"), "max_turns", 1, &turns))
    return Value::pending();
  const Value onText = keywordArgument(args, "on_text");
  if (!onText.isNil() && !isCallable(onText))
    return raiseType(context, "^on_text requires a function");
  for (uint32_t i = 0; !itemOf(question.tools, i).isNil(); i++) {
    std::string name;
    Value description, schema;
    if (!describeTool(context, itemOf(question.tools, i), &name, &description, &schema))
      return Value::pending();
  }
  return startChat(context, std::move(service), question, onText, turns);
}

/// The pieces of an answer's text.
class TextIterator : public NativeResource {
 public:
  static const char Type;
  explicit TextIterator(Exchange exchange)
      : NativeResource(&Type), exchange_(std::move(exchange)) {}
  Value next(Context& context) override {
    if (!hasNext(context))
      return context.exception.isPending() ? Value::notFound() : Value::pending();
    const Value piece =
        checkedString(context, std::string_view(exchange_.answer.text).substr(told_));
    told_ = exchange_.answer.text.size();
    return piece;
  }
  bool hasNext(Context& context) override {
    if (isDone_) return false;
    isDone_ = !hasBegun_ && !exchange_.begin(context);
    hasBegun_ = true;
    while (!isDone_ && exchange_.answer.text.size() == told_) isDone_ = !exchange_.next(context);
    return exchange_.answer.text.size() != told_;
  }

 private:
  Exchange exchange_;
  size_t told_ = 0;
  bool hasBegun_ = false, isDone_ = false;
};
const char TextIterator::Type = 0;

Value stream(Context& context, Arguments args) {
  Service service;
  Question question;
  if (!readService(context, args[0], &service) || !readQuestion(context, args, service, &question))
    return Value::pending();
  question.isStream = true;
  std::optional<http::Order> order = orderOf(context, service, question);
  if (!order) return Value::pending();
  Exchange exchange(std::move(service), std::move(*order));
  return Value::object(newResourceIterator(
      context, newResource(context, std::make_unique<TextIterator>(std::move(exchange)))));
}

Value toolSchema(Context& context, Arguments args) {
  std::string name;
  Value description, schema;
  if (!describeTool(context, args[0], &name, &description, &schema)) return Value::pending();
  MapObject* map = newMap(context);
  putText(context, map, "name", name);
  put(context, map, "description", description);
  put(context, map, "parameters", schema);
  return Value::object(map);
}

constexpr BuiltinRow functions[] = {
    {"tool_schema", toolSchema, "tool -> Map", "Rrwac",
     "what a model is told of a function: its name, `^intent`, and a JSON schema of its parameters",
     Missing{"ai/tool_schema requires a function"}},
};
constexpr BuiltinRow methods[] = {
    {"new", initialize,
     "^provider ^model ^base_url ^api_key ^retries ^timeout_ms ^retry_ms ^headers -> Value",
     "Rrwac", "a client of a service of the kind `^provider`, \"openai\" or \"anthropic\"",
     Initializer},
    {"chat", chat, "messages ^system ^tools ^on_text ^temperature ^max_tokens ^max_turns -> Future",
     "RrwacN",
     "a future of the Reply to a String or an Array of messages; calls the tools that the model "
     "wants "
     "called. `^on_text` is called with each piece of text as it comes",
     Missing{"Client.chat requires a conversation"}},
    {"stream", stream, "messages ^system ^tools ^temperature ^max_tokens -> Iterator", "RrwacN",
     "the pieces of text of an answer, for a `for` loop, as they come; calls no tools",
     Missing{"Client.stream requires a conversation"}},
};

}  // namespace
}  // namespace gene::ai

namespace gene {

#define AI_TABLE(name) extern const BuiltinTable name;
#include "runtime/builtins/Tables.def"
BUILTIN_TABLE(aiTable, "genex/ai", Functions, ai::functions)
BUILTIN_TABLE(aiClientTable, "genex/ai/Client", Methods, ai::methods)

GENE_LIBRARY(ai) {
  static constexpr const BuiltinTable* tables[] = {
#define AI_TABLE(name) &name,
#include "runtime/builtins/Tables.def"
  };
  std::vector<Symbol> layout;
  for (const char* name : ai::ClientFields) layout.push_back(Symbol::of(name));
  setLayout(defineClass(context, "genex/ai/Client"), layout);
  setLayout(defineClass(context, "genex/ai/Reply"),
            std::array{Symbol::of("text"), Symbol::of("tool_calls"), Symbol::of("messages"),
                       Symbol::of("stop"), Symbol::of("model"), Symbol::of("usage")});
  for (const BuiltinTable* table : tables) defineTable(context, *table);
  NamespaceObject* genex = namespaceAt(context, "genex");
  namespaceSet(context, genex, Symbol::of("llm"), namespaceGet(genex, Symbol::of("ai")));
}

}  // namespace gene
