// Messages as Anthropic has them: POST …/v1/messages.

#include "runtime/ai/Provider.h"
#include "runtime/ai/Schema.h"
#include "runtime/builtins/Json.h"
#include "runtime/object/Array.h"

namespace gene::ai {
namespace {

constexpr int64_t MostTokens = 4096;  // the service wants to be told

void addKey(const std::string& key, std::vector<std::pair<std::string, std::string>>* fields) {
  fields->emplace_back("x-api-key", key);
  fields->emplace_back("anthropic-version", "2023-06-01");
}

MapObject* block(Context& context, const char* type) {
  MapObject* map = newMap(context);
  putText(context, map, "type", type);
  return map;
}

/// The content of an assistant's message that calls tools.
Value callingContent(Context& context, Value message) {
  ArrayObject* content = newArray(context, 0);
  if (const Value said = fieldOf(message, "content"); !textOf(said).empty()) {
    MapObject* text = block(context, "text");
    put(context, text, "text", said);
    arrayPush(context, content, Value::object(text));
  }
  const Value calls = fieldOf(message, "tool_calls");
  for (uint32_t i = 0; !itemOf(calls, i).isNil(); i++) {
    const Value call = itemOf(calls, i), arguments = fieldOf(call, "arguments");
    MapObject* use = block(context, "tool_use");
    put(context, use, "id", fieldOf(call, "id"));
    put(context, use, "name", fieldOf(call, "name"));
    put(context, use, "input", arguments.isNil() ? Value::object(newMap(context)) : arguments);
    arrayPush(context, content, Value::object(use));
  }
  return Value::object(content);
}

void addMessage(Context& context, ArrayObject* messages, const char* role, Value content) {
  MapObject* map = newMap(context);
  putText(context, map, "role", role);
  put(context, map, "content", content);
  arrayPush(context, messages, Value::object(map));
}

/// The results of tools that follow each other are one message of the user.
void addResult(Context& context, ArrayObject* messages, Value message, bool isFirst) {
  MapObject* result = block(context, "tool_result");
  put(context, result, "tool_use_id", fieldOf(message, "id"));
  put(context, result, "content", fieldOf(message, "content"));
  if (isFirst) addMessage(context, messages, "user", Value::object(newArray(context, 0)));
  const Value last = arrayAt(messages, messages->size - 1);
  arrayPush(context, as<ArrayObject>(fieldOf(last, "content")), Value::object(result));
}

Value toolOf(Context& context, MapObject* tool, Value schema) {
  put(context, tool, "input_schema", schema);
  return Value::object(tool);
}

Value request(Context& context, const Question& question) {
  MapObject* body = newMap(context);
  ArrayObject* messages = newArray(context, 0);
  std::string system = textOf(question.system);
  bool afterResult = false;
  for (uint32_t i = 0; !itemOf(question.messages, i).isNil(); i++) {
    const Value message = itemOf(question.messages, i), content = fieldOf(message, "content");
    const std::string role = textOf(fieldOf(message, "role"));
    if (role == "system") {
      system += (system.empty() ? "" : "\n\n") + textOf(content);
    } else if (role == "tool") {
      addResult(context, messages, message, !afterResult);
    } else if (!itemOf(fieldOf(message, "tool_calls"), 0).isNil()) {
      addMessage(context, messages, "assistant", callingContent(context, message));
    } else {
      addMessage(context, messages, role.c_str(), content);
    }
    afterResult = role == "tool";
  }
  putText(context, body, "model", question.model);
  put(context, body, "max_tokens",
      newInt(context, question.mostTokens != 0 ? question.mostTokens : MostTokens));
  if (!system.empty()) putText(context, body, "system", system);
  put(context, body, "messages", Value::object(messages));
  if (!addTools(context, question.tools, body, toolOf)) return Value::pending();
  if (!question.temperature.isNil()) put(context, body, "temperature", question.temperature);
  if (question.isStream) put(context, body, "stream", Value::boolean(true));
  return Value::object(body);
}

void readUsage(Value usage, Answer* answer) {
  if (const Value input = fieldOf(usage, "input_tokens"); isInt(input))
    answer->inputTokens = asInt(input);
  if (const Value output = fieldOf(usage, "output_tokens"); isInt(output))
    answer->outputTokens = asInt(output);
}

void readBlock(Value content, Answer* answer) {
  if (textOf(fieldOf(content, "type")) != "tool_use") {
    answer->text += textOf(fieldOf(content, "text"));
    return;
  }
  answer->calls.push_back({.id = textOf(fieldOf(content, "id")),
                           .name = textOf(fieldOf(content, "name")),
                           .arguments = ""});
}

void read(Context& context, Value json, Answer* answer) {
  answer->model = textOf(fieldOf(json, "model"));
  answer->stop = textOf(fieldOf(json, "stop_reason"));
  readUsage(fieldOf(json, "usage"), answer);
  const Value content = fieldOf(json, "content");
  for (uint32_t i = 0; !itemOf(content, i).isNil(); i++) {
    const size_t known = answer->calls.size();
    readBlock(itemOf(content, i), answer);
    if (answer->calls.size() != known)  // parsed a moment ago: it cannot be circular
      answer->calls.back().arguments =
          textOf(jsonOf(context, fieldOf(itemOf(content, i), "input")));
  }
}

void readEvent(Context&, Value json, Answer* answer) {
  const std::string type = textOf(fieldOf(json, "type"));
  const Value delta = fieldOf(json, "delta");
  if (type == "message_start") {
    answer->model = textOf(fieldOf(fieldOf(json, "message"), "model"));
    readUsage(fieldOf(fieldOf(json, "message"), "usage"), answer);
  } else if (type == "content_block_start") {
    readBlock(fieldOf(json, "content_block"), answer);
  } else if (type == "content_block_delta") {
    answer->text += textOf(fieldOf(delta, "text"));
    if (!answer->calls.empty())
      answer->calls.back().arguments += textOf(fieldOf(delta, "partial_json"));
  } else if (type == "message_delta") {
    if (const std::string stop = textOf(fieldOf(delta, "stop_reason")); !stop.empty())
      answer->stop = stop;
    readUsage(fieldOf(json, "usage"), answer);
  }
}

}  // namespace

const Provider anthropic{"anthropic",    "https://api.anthropic.com",
                         "/v1/messages", "ANTHROPIC_API_KEY",
                         addKey,         request,
                         read,           readEvent};

}  // namespace gene::ai
