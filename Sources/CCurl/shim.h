#include <curl/curl.h>
#include <sys/eventfd.h>

// Swift cannot call variadic functions or read unions: one function for each type of argument.

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_large(CURL *easy, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(easy, option, value);
}

/// For strings, which libcurl copies, except `CURLOPT_POSTFIELDS`, which must outlive the transfer.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

/// For `CURLOPT_WRITEFUNCTION` and `CURLOPT_HEADERFUNCTION`.
static inline CURLcode ccurl_set_sink(
  CURL *easy, CURLoption option, size_t (*sink)(char *, size_t, size_t, void *)
) {
  return curl_easy_setopt(easy, option, sink);
}

static inline CURLcode ccurl_get_long(CURL *easy, CURLINFO info, long *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_large(CURL *easy, CURLINFO info, curl_off_t *value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLcode ccurl_get_pointer(CURL *easy, CURLINFO info, void **value) {
  return curl_easy_getinfo(easy, info, value);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_set_pointer(CURLM *multi, CURLMoption option, void *value) {
  return curl_multi_setopt(multi, option, value);
}

static inline CURLMcode ccurl_multi_set_watcher(CURLM *multi, curl_socket_callback watcher) {
  return curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, watcher);
}

static inline CURLMcode ccurl_multi_set_timer(CURLM *multi, curl_multi_timer_callback timer) {
  return curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, timer);
}

/// How a transfer ended; the message must be a `CURLMSG_DONE`.
static inline CURLcode ccurl_result(const CURLMsg *message) { return message->data.result; }
