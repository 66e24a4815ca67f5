#include "runtime/http/Curl.h"

#include "runtime/system/SharedLibrary.h"

namespace gene::http {

const Curl* openCurl(std::string* failure) {
  static Curl curl;
  static const std::string opened = [] {
    const LibraryFunction functions[] = {
#define CURL_FUNCTION(name) {"curl_" #name, reinterpret_cast<void**>(&curl.name)},
#include "runtime/http/Curl.def"
    };
    std::string why = openLibrary("libcurl.so.4", functions);
    if (why.empty() && curl.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
      why = "libcurl cannot begin";
    return why;
  }();
  *failure = opened;
  return opened.empty() ? &curl : nullptr;
}

}  // namespace gene::http
