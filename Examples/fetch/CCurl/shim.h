/* This file is part of gtornado.
 * Copyright (c) 2026 the gtornado authors. MIT licence, see LICENSE.
 * SPDX-License-Identifier: MIT
 */
#include <curl/curl.h>

/* curl_easy_setopt() and curl_easy_getinfo() take any type of argument, which Swift cannot call. */
static inline CURLcode curl_easy_set_text(CURL *curl, CURLoption option, const char *value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode curl_easy_set_number(CURL *curl, CURLoption option, long value) {
    return curl_easy_setopt(curl, option, value);
}
static inline CURLcode curl_easy_set_output(CURL *curl, curl_write_callback function, void *context) {
    CURLcode code = curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, function);
    return code ? code : curl_easy_setopt(curl, CURLOPT_WRITEDATA, context);
}
static inline long curl_easy_status(CURL *curl) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    return status;
}
