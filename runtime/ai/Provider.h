#pragma once
// Services that answer chats, by the two kinds of protocol that there are. A conversation is an array of Maps, the same for both:
//
//   {^role "system" | "user" | "assistant" ^content "…"}
//   {^role "assistant" ^content "…" ^tool_calls [{^id "…" ^name "…" ^arguments {…}}]}
//   {^role "tool" ^id "…" ^name "…" ^content "…"}
//
// A kind says how a request is made of it, and reads answers, whole ones and the events of a stream.

#include <string>
#include <utility>
#include <vector>

#include "runtime/builtins/Builtins.h"
#include "runtime/object/Map.h"

namespace gene::ai {

/// What a request says.
struct Question {
  std::string model;
  Value messages;                    // Array, checked
  Value tools = Value::nil();        // Array of tools, or nil
  Value system = Value::nil();       // String or nil
  Value temperature = Value::nil();  // a number or nil
  int64_t mostTokens = 0;            // 0: as the service has it
  bool isStream = false;
};

struct ToolCall {
  std::string id, name, arguments;  // JSON
};

struct Answer {
  std::string text, stop, model;
  std::vector<ToolCall> calls;
  int64_t inputTokens = 0, outputTokens = 0;
};

struct Provider {
  const char* name;         // of ^provider
  const char* baseUrl;      // where none is given
  const char* path;         // behind it
  const char* keyVariable;  // of the environment, where no key is given
  void (*addKey)(const std::string& key, std::vector<std::pair<std::string, std::string>>* fields);
  /// The body, a Map; 0 with an exception.
  Value (*request)(Context& context, const Question& question);
  /// Reads an answer, or the next event of one: adds to it. Anything may be missing in what services send.
  void (*read)(Context& context, Value json, Answer* answer);
  void (*readEvent)(Context& context, Value json, Answer* answer);
};

extern const Provider openAi, anthropic;

// --- for both kinds --------------------------------------------------------------------------------------------------------

/// An entry of a Map, an item of an Array; nil where there is none.
Value fieldOf(Value map, std::string_view name);
Value itemOf(Value array, uint32_t index);
/// Of a String or Int; else "" or 0.
std::string textOf(Value value);
int64_t intOf(Value value);
void put(Context& context, MapObject* map, const char* name, Value value);
void putText(Context& context, MapObject* map, const char* name, std::string_view text);
/// The JSON of a value as a String; "{}" for nil.
Value jsonOf(Context& context, Value value);

}  // namespace gene::ai
