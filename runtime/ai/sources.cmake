set(AI_SOURCES
  ai/Anthropic.cpp
  ai/Chat.cpp
  ai/Library.cpp
  ai/OpenAi.cpp
  ai/Provider.cpp
  ai/Schema.cpp)
