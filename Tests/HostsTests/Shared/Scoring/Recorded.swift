/// Replies of real servers, as they were recorded: only blanks were taken out.
enum Recorded {
  /// vLLM 0.32.0 (CPU build: `vllm_completion_echo_logprobs1_max0`.
  static let vllmEcho0 = #"""
    {"id":"cmpl-831ab2c108acd234","object":"text_completion","created":1795247449,
    "model":"gemma-3-270m","choices":[{"index":0,"text":"The capital of France is",
    "logprobs":{"text_offset":[0,5,8,16,19,26],"token_logprobs":[null,-2.8929741382598877,
    -9.68598747253418,-0.8795190453529358,-5.072862148284912,-1.3238043785095215],
    "tokens":["<bos>","The"," capital"," of"," France"," is"],"top_logprobs":[
    null,{"The":-2.8929741382598877,"<h1>":-2.4554741382598877},{" capital":-9.68598747253418,
    " ":-1.1859873533248901},{" of":-0.8795190453529358},{" France":-5.072862148284912,
    " the":-0.8228623270988464},{" is":-1.3238043785095215,",":-1.1988043785095215}]},
    "finish_reason":"length","stop_reason":null,"token_ids":null,"prompt_logprobs":[
    null,{"818":{"logprob":-2.8929741382598877,"rank":5,"decoded_token":"The"},
    "184":{"logprob":-2.4554741382598877,"rank":1,"decoded_token":"<h1>"}},
    {"5279":{"logprob":-9.68598747253418,"rank":700,"decoded_token":" capital"},
    "236743":{"logprob":-1.1859873533248901,"rank":1,"decoded_token":" "}},
    {"529":{"logprob":-0.8795190453529358,"rank":1,"decoded_token":" of"}},
    {"7001":{"logprob":-5.072862148284912,"rank":12,"decoded_token":" France"},
    "506":{"logprob":-0.8228623270988464,"rank":1,"decoded_token":" the"}},
    {"563":{"logprob":-1.3238043785095215,"rank":2,"decoded_token":" is"},"236764":{
    "logprob":-1.1988043785095215,"rank":1,"decoded_token":","}}],"prompt_token_ids":null,
    "routed_experts":null}],"service_tier":null,"system_fingerprint":"vllm-0.32.0-27826488",
    "usage":{"prompt_tokens":6,"total_tokens":7,"completion_tokens":1,"prompt_tokens_details":null,
    "completion_tokens_details":null},"kv_transfer_params":null,"ec_transfer_params":null,
    "metrics":null}
    """#

  /// vLLM 0.32.0 (CPU build: `vllm_completion_echo_logprobs1_max1`.
  static let vllmEcho1 = #"""
    {"id":"cmpl-ae1cebcf5aee4c98","object":"text_completion","created":1795247476,
    "model":"gemma-3-270m","choices":[{"index":0,"text":"The capital of France is the",
    "logprobs":{"text_offset":[0,5,8,16,19,26,29],"token_logprobs":[null,-2.8929741382598877,
    -9.68598747253418,-0.8795190453529358,-5.072862148284912,-1.3238043785095215,
    -1.6807992458343506],"tokens":["<bos>","The"," capital"," of"," France",
    " is"," the"],"top_logprobs":[null,{"The":-2.8929741382598877,"<h1>":-2.4554741382598877},
    {" capital":-9.68598747253418," ":-1.1859873533248901},{" of":-0.8795190453529358},
    {" France":-5.072862148284912," the":-0.8228623270988464},{" is":-1.3238043785095215,
    ",":-1.1988043785095215},{" the":-1.6807992458343506}]},"finish_reason":"length",
    "stop_reason":null,"token_ids":null,"prompt_logprobs":[null,
    {"818":{"logprob":-2.8929741382598877,
    "rank":5,"decoded_token":"The"},"184":{"logprob":-2.4554741382598877,"rank":1,
    "decoded_token":"<h1>"}},{"5279":{"logprob":-9.68598747253418,"rank":700,
    "decoded_token":" capital"},"236743":{"logprob":-1.1859873533248901,"rank":1,
    "decoded_token":" "}},{"529":{"logprob":-0.8795190453529358,"rank":1,"decoded_token":" of"}},
    {"7001":{"logprob":-5.072862148284912,"rank":12,"decoded_token":" France"},
    "506":{"logprob":-0.8228623270988464,"rank":1,"decoded_token":" the"}},
    {"563":{"logprob":-1.3238043785095215,"rank":2,"decoded_token":" is"},"236764":{
    "logprob":-1.1988043785095215,"rank":1,"decoded_token":","}}],"prompt_token_ids":null,
    "routed_experts":null}],"service_tier":null,"system_fingerprint":"vllm-0.32.0-27826488",
    "usage":{"prompt_tokens":6,"total_tokens":7,"completion_tokens":1,"prompt_tokens_details":null,
    "completion_tokens_details":null},"kv_transfer_params":null,"ec_transfer_params":null,
    "metrics":null}
    """#

  /// vLLM 0.32.0 (CPU build: `vllm_completion_batch_of_two_echo`.
  static let vllmTwo = #"""
    {"id":"cmpl-8519cabacedfe3d1","object":"text_completion","created":1795247477,
    "model":"gemma-3-270m","choices":[{"index":0,"text":"The capital of France is the",
    "logprobs":{"text_offset":[0,5,8,16,19,26,29],"token_logprobs":[null,-2.8929741382598877,
    -9.68598747253418,-0.8795190453529358,-5.072862148284912,-1.3238043785095215,
    -1.6807992458343506],"tokens":["<bos>","The"," capital"," of"," France",
    " is"," the"],"top_logprobs":[null,{"The":-2.8929741382598877,"<h1>":-2.4554741382598877},
    {" capital":-9.68598747253418," ":-1.1859873533248901},{" of":-0.8795190453529358},
    {" France":-5.072862148284912," the":-0.8228623270988464},{" is":-1.3238043785095215,
    ",":-1.1988043785095215},{" the":-1.6807992458343506}]},"finish_reason":"length",
    "stop_reason":null,"token_ids":null,"prompt_logprobs":[null,
    {"818":{"logprob":-2.8929741382598877,
    "rank":5,"decoded_token":"The"},"184":{"logprob":-2.4554741382598877,"rank":1,
    "decoded_token":"<h1>"}},{"5279":{"logprob":-9.68598747253418,"rank":700,
    "decoded_token":" capital"},"236743":{"logprob":-1.1859873533248901,"rank":1,
    "decoded_token":" "}},{"529":{"logprob":-0.8795190453529358,"rank":1,"decoded_token":" of"}},
    {"7001":{"logprob":-5.072862148284912,"rank":12,"decoded_token":" France"},
    "506":{"logprob":-0.8228623270988464,"rank":1,"decoded_token":" the"}},
    {"563":{"logprob":-1.3238043785095215,"rank":2,"decoded_token":" is"},"236764":{
    "logprob":-1.1988043785095215,"rank":1,"decoded_token":","}}],"prompt_token_ids":null,
    "routed_experts":null},{"index":1,"text":"2 + 2 = ","logprobs":{"text_offset":[
    0,5,6,8,9,10,12],"token_logprobs":[null,-4.892973899841309,-10.058086395263672,
    -0.20722001791000366,-1.4442919492721558,-0.8436199426651001,-0.06194363534450531],
    "tokens":["<bos>","2"," +"," ","2"," ="," "],"top_logprobs":[null,{"2":-4.892973899841309,
    "<h1>":-2.4554741382598877},{" +":-10.058086395263672,"0":-0.4330862760543823},
    {" ":-0.20722001791000366},{"2":-1.4442919492721558,"1":-1.1942919492721558},
    {" =":-0.8436199426651001},{" ":-0.06194363534450531}]},"finish_reason":"length",
    "stop_reason":null,"token_ids":null,"prompt_logprobs":[null,{"236778":{
    "logprob":-4.892973899841309,"rank":30,"decoded_token":"2"},
    "184":{"logprob":-2.4554741382598877,
    "rank":1,"decoded_token":"<h1>"}},{"900":{"logprob":-10.058086395263672,
    "rank":107,"decoded_token":" +"},"236771":{"logprob":-0.4330862760543823,
    "rank":1,"decoded_token":"0"}},{"236743":{"logprob":-0.20722001791000366,
    "rank":1,"decoded_token":" "}},{"236778":{"logprob":-1.4442919492721558,
    "rank":2,"decoded_token":"2"},"236770":{"logprob":-1.1942919492721558,"rank":1,
    "decoded_token":"1"}},{"578":{"logprob":-0.8436199426651001,"rank":1,"decoded_token":" ="}}],
    "prompt_token_ids":null,"routed_experts":null}],"service_tier":null,
    "system_fingerprint":"vllm-0.32.0-27826488",
    "usage":{"prompt_tokens":12,"total_tokens":14,"completion_tokens":2,
    "prompt_tokens_details":null,
    "completion_tokens_details":null},"kv_transfer_params":null,"ec_transfer_params":null,
    "metrics":null}
    """#

  /// vLLM 0.32.0 (CPU build: `vllm_completion_unicode_echo`.
  static let vllmUnicode = #"""
    {"id":"cmpl-b493549f4d20085d","object":"text_completion","created":1795247477,
    "model":"gemma-3-270m","choices":[{"index":0,"text":"Zażółć 🦜 漢字 ","logprobs":{
    "text_offset":[0,5,6,8,10,11,12,13,14,16],"token_logprobs":[null,-7.455473899841309,
    -15.459809303283691,-6.2945146560668945,-6.425003528594971,-4.424118995666504,
    -15.961770057678223,-2.7761893272399902,-14.153493881225586,-1.7043815851211548],
    "tokens":["<bos>","Z","aż","ół","ć"," ","🦜"," ","漢字"," "],"top_logprobs":[
    null,{"Z":-7.455473899841309,"<h1>":-2.4554741382598877},{"aż":-15.459809303283691,
    "ambia":-2.1473093032836914},{"ół":-6.2945146560668945,"ak":-3.1070148944854736},
    {"ć":-6.425003528594971,"k":-1.5500035285949707},{" ":-4.424118995666504,
    ",":-1.9866187572479248},{"🦜":-15.961770057678223,"1":-1.3484890460968018},
    {" ":-2.7761893272399902,"\n\n":-1.7761893272399902},{"漢字":-14.153493881225586,
    "🦜":-2.313650369644165},{" ":-1.7043815851211548}]},"finish_reason":"length",
    "stop_reason":null,"token_ids":null,"prompt_logprobs":[null,{"236953":{
    "logprob":-7.455473899841309,"rank":122,"decoded_token":"Z"},
    "184":{"logprob":-2.4554741382598877,
    "rank":1,"decoded_token":"<h1>"}},{"40512":{"logprob":-15.459809303283691,
    "rank":7217,"decoded_token":"aż"},"149959":{"logprob":-2.1473093032836914,
    "rank":1,"decoded_token":"ambia"}},{"24875":{"logprob":-6.2945146560668945,
    "rank":91,"decoded_token":"ół"},"628":{"logprob":-3.1070148944854736,"rank":1,
    "decoded_token":"ak"}},{"237289":{"logprob":-6.425003528594971,"rank":69,
    "decoded_token":"ć"},"236767":{"logprob":-1.5500035285949707,"rank":1,"decoded_token":"k"}},
    {"236743":{"logprob":-4.424118995666504,"rank":12,"decoded_token":" "},
    "236764":{"logprob":-1.9866187572479248,"rank":1,"decoded_token":","}},
    {"255211":{"logprob":-15.961770057678223,"rank":3332,"decoded_token":"🦜"},
    "236770":{"logprob":-1.3484890460968018,"rank":1,"decoded_token":"1"}},
    {"236743":{"logprob":-2.7761893272399902,"rank":3,"decoded_token":" "},
    "108":{"logprob":-1.7761893272399902,"rank":1,"decoded_token":"\n\n"}},
    {"201637":{"logprob":-14.153493881225586,"rank":6454,"decoded_token":"漢字"},
    "255211":{"logprob":-2.313650369644165,"rank":1,"decoded_token":"🦜"}}],
    "prompt_token_ids":null,"routed_experts":null}],"service_tier":null,
    "system_fingerprint":"vllm-0.32.0-27826488",
    "usage":{"prompt_tokens":9,"total_tokens":10,"completion_tokens":1,"prompt_tokens_details":null,
    "completion_tokens_details":null},"kv_transfer_params":null,"ec_transfer_params":null,
    "metrics":null}
    """#

  /// vLLM 0.32.0 (CPU build: `vllm_chat_top_logprobs5`.
  static let vllmChat = #"""
    {"id":"chatcmpl-b8397e6ded7e4ce6","object":"chat.completion","created":1795247702,
    "model":"gemma-3-270m","choices":[{"index":0,"message":{"role":"assistant",
    "content":"Question:","refusal":null,"annotations":null,"audio":null,"function_call":null,
    "reasoning":null},"logprobs":{"content":[{"token":"Question","logprob":-0.20828425884246826,
    "bytes":[81,117,101,115,116,105,111,110],"top_logprobs":[{"token":"Question",
    "logprob":-0.20828425884246826,"bytes":[81,117,101,115,116,105,111,110]},
    {"token":"question","logprob":-4.395784378051758,"bytes":[113,117,101,115,
    116,105,111,110]},{"token":"Answer","logprob":-4.552034378051758,"bytes":[
    65,110,115,119,101,114]},{"token":"The","logprob":-4.864534378051758,"bytes":[
    84,104,101]},{"token":"Which","logprob":-5.114534378051758,"bytes":[87,
    104,105,99,104]}]},{"token":":","logprob":-0.05134904757142067,"bytes":[
    58],"top_logprobs":[{"token":":","logprob":-0.05134904757142067,"bytes":[
    58]},{"token":" ","logprob":-3.80134916305542,"bytes":[32]},{"token":" :",
    "logprob":-5.23884916305542,"bytes":[32,58]},{"token":"\n","logprob":-6.11384916305542,
    "bytes":[10]},{"token":"2","logprob":-6.61384916305542,"bytes":[50]}]}]},
    "finish_reason":"length","stop_reason":null,"token_ids":null,"routed_experts":null}],
    "service_tier":null,"system_fingerprint":"vllm-0.32.0-27826488","usage":{
    "prompt_tokens":39,"total_tokens":41,"completion_tokens":2,"prompt_tokens_details":null,
    "completion_tokens_details":null},"prompt_logprobs":null,"prompt_token_ids":null,
    "prompt_text":null,"kv_transfer_params":null,"ec_transfer_params":null,
    "metrics":null}
    """#

  /// llama.cpp llama-server: `llamacpp_completion_echo_logprobs1_max1`.
  static let llamaEcho = #"""
    {"choices":[{"text":" the","index":0,"logprobs":{"content":[{"id":506,"token":" the",
    "bytes":[32,116,104,101],"logprob":-1.5439138412475586,"top_logprobs":[
    {"id":506,"token":" the","bytes":[32,116,104,101],"logprob":-1.5439138412475586}]}]},
    "finish_reason":"length"}],"created":1795248072,"model":"gemma-3-270m",
    "system_fingerprint":"b1-0c1e570","object":"text_completion","usage":{"completion_tokens":1,
    "prompt_tokens":6,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1}},
    "id":"chatcmpl-C96Nqdiv8jvWExqx7yxFytlenbCa7XPP","timings":{"cache_n":1,
    "prompt_n":5,"prompt_ms":342.311,"prompt_per_token_ms":68.4622,
    "prompt_per_second":14.606600430602581,
    "predicted_n":1,"predicted_ms":0.001,"predicted_per_token_ms":0.0,"predicted_per_second":0.0}}
    """#

  /// llama.cpp llama-server: `llamacpp_bad_model_is_200`.
  static let llamaWrongModel = #"""
    {"choices":[{"text":" a","index":0,"logprobs":null,"finish_reason":"length"}],
    "created":1795248083,"model":"gemma-3-270m","system_fingerprint":"b1-0c1e570",
    "object":"text_completion","usage":{"completion_tokens":1,"prompt_tokens":6,
    "total_tokens":7,"prompt_tokens_details":{"cached_tokens":1}},
    "id":"chatcmpl-sJrCFXinYWnyf50aU4qQlZnB4AlPKljt",
    "timings":{"cache_n":1,"prompt_n":5,"prompt_ms":105.031,"prompt_per_token_ms":21.0062,
    "prompt_per_second":47.604992811646085,"predicted_n":1,"predicted_ms":0.001,
    "predicted_per_token_ms":0.0,"predicted_per_second":0.0}}
    """#

  /// llama-cpp-python 0.3.36 server (logits_all=true): `llamacpppython_completion_echo_logprobs1_max1`.
  static let pythonEcho = #"""
    {"id":"cmpl-9246d5d8-cfad-409d-9e53-84b10360a63a","object":"text_completion",
    "created":1795248548,"model":"gemma-3-270m","choices":[{"text":"The capital of France is the",
    "index":0,"logprobs":{"text_offset":[0,3,11,14,21,24],"token_logprobs":[
    null,-9.890152931213379,-0.7939898371696472,-4.8347368240356445,-1.3170033693313599,
    -1.719446063041687],"tokens":["The"," capital"," of"," France"," is"," the"],
    "top_logprobs":[null,{" ":-1.1505650281906128," capital":-9.890152931213379},
    {" of":-0.7939898371696472},{" the":-0.8677454590797424," France":-4.8347368240356445},
    {",":-1.310949444770813," is":-1.3170033693313599},{" the":-1.719446063041687}]},
    "finish_reason":"length"}],"usage":{"prompt_tokens":6,"completion_tokens":1,
    "total_tokens":7}}
    """#
}
