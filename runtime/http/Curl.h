#pragma once
// The functions of libcurl that the client uses. The library is opened when the first request is made (SharedLibrary.h).

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include <string>

namespace gene::http {

struct Curl {
#define CURL_FUNCTION(name) decltype(&::curl_##name) name = nullptr;
#include "runtime/http/Curl.def"
};

/// Null, and why in *failure, where libcurl is not installed.
const Curl* openCurl(std::string* failure);

}  // namespace gene::http
