// Chat completions as OpenAI has them, and most others: POST …/chat/completions.

#include "runtime/ai/Provider.h"
#include "runtime/ai/Schema.h"
#include "runtime/object/Array.h"

namespace gene::ai {
namespace {

void addKey(const std::string& key, std::vector<std::pair<std::string, std::string>>* fields) {
  fields->emplace_back("Authorization", "Bearer " + key);
}

/// {type: function, function: {…}} around what a tool, or a call of one, says.
Value asFunction(Context& context, MapObject* outer, MapObject* inner) {
  putText(context, outer, "type", "function");
  put(context, outer, "function", Value::object(inner));
  return Value::object(outer);
}

/// The calls of an assistant's message; 0 with an exception.
Value callsOf(Context& context, Value calls) {
  ArrayObject* array = newArray(context, 0);
  for (uint32_t i = 0; !itemOf(calls, i).isNil(); i++) {
    const Value call = itemOf(calls, i);
    const Value arguments = jsonOf(context, fieldOf(call, "arguments"));
    if (arguments.isPending()) return arguments;
    MapObject* function = newMap(context);
    put(context, function, "name", fieldOf(call, "name"));
    put(context, function, "arguments", arguments);
    MapObject* map = newMap(context);
    put(context, map, "id", fieldOf(call, "id"));
    arrayPush(context, array, asFunction(context, map, function));
  }
  return Value::object(array);
}

Value messageOf(Context& context, Value message) {
  MapObject* map = newMap(context);
  put(context, map, "role", fieldOf(message, "role"));
  put(context, map, "content", fieldOf(message, "content"));
  if (textOf(fieldOf(message, "role")) == "tool")
    put(context, map, "tool_call_id", fieldOf(message, "id"));
  if (const Value calls = fieldOf(message, "tool_calls"); !itemOf(calls, 0).isNil()) {
    const Value own = callsOf(context, calls);
    if (own.isPending()) return own;
    put(context, map, "tool_calls", own);
  }
  return Value::object(map);
}

Value toolOf(Context& context, MapObject* function, Value schema) {
  put(context, function, "parameters", schema);
  return asFunction(context, newMap(context), function);
}

Value request(Context& context, const Question& question) {
  MapObject* body = newMap(context);
  ArrayObject* messages = newArray(context, 0);
  if (isString(question.system)) {
    MapObject* system = newMap(context);
    putText(context, system, "role", "system");
    put(context, system, "content", question.system);
    arrayPush(context, messages, Value::object(system));
  }
  for (uint32_t i = 0; !itemOf(question.messages, i).isNil(); i++) {
    const Value message = messageOf(context, itemOf(question.messages, i));
    if (message.isPending()) return message;
    arrayPush(context, messages, message);
  }
  putText(context, body, "model", question.model);
  put(context, body, "messages", Value::object(messages));
  if (!addTools(context, question.tools, body, toolOf)) return Value::pending();
  if (!question.temperature.isNil()) put(context, body, "temperature", question.temperature);
  if (question.mostTokens != 0)
    put(context, body, "max_tokens", newInt(context, question.mostTokens));
  if (question.isStream) {
    MapObject* options = newMap(context);
    put(context, options, "include_usage", Value::boolean(true));
    put(context, body, "stream", Value::boolean(true));
    put(context, body, "stream_options", Value::object(options));
  }
  return Value::object(body);
}

void readCommon(Value json, Answer* answer) {
  if (const std::string model = textOf(fieldOf(json, "model")); !model.empty())
    answer->model = model;
  if (const Value usage = fieldOf(json, "usage"); !usage.isNil()) {
    answer->inputTokens = intOf(fieldOf(usage, "prompt_tokens"));
    answer->outputTokens = intOf(fieldOf(usage, "completion_tokens"));
  }
  const Value choice = itemOf(fieldOf(json, "choices"), 0);
  if (const std::string stop = textOf(fieldOf(choice, "finish_reason")); !stop.empty())
    answer->stop = stop;
}

/// What a message, or a part of one, says.
void readMessage(Value message, Answer* answer) {
  answer->text += textOf(fieldOf(message, "content"));
  const Value calls = fieldOf(message, "tool_calls");
  for (uint32_t i = 0; !itemOf(calls, i).isNil(); i++) {
    const Value call = itemOf(calls, i);
    const Value index = fieldOf(call, "index"), function = fieldOf(call, "function");
    const auto at = isInt(index) ? static_cast<size_t>(asInt(index)) : answer->calls.size();
    if (at > answer->calls.size()) continue;
    if (at == answer->calls.size()) answer->calls.emplace_back();
    ToolCall& known = answer->calls[at];
    known.id += textOf(fieldOf(call, "id"));
    known.name += textOf(fieldOf(function, "name"));
    known.arguments += textOf(fieldOf(function, "arguments"));
  }
}

void read(Context&, Value json, Answer* answer) {
  readCommon(json, answer);
  readMessage(fieldOf(itemOf(fieldOf(json, "choices"), 0), "message"), answer);
}

void readEvent(Context&, Value json, Answer* answer) {
  readCommon(json, answer);
  readMessage(fieldOf(itemOf(fieldOf(json, "choices"), 0), "delta"), answer);
}

}  // namespace

const Provider openAi{"openai",
                      "https://api.openai.com/v1",
                      "/chat/completions",
                      "OPENAI_API_KEY",
                      addKey,
                      request,
                      read,
                      readEvent};

}  // namespace gene::ai
