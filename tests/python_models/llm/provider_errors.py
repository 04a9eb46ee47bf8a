"""What providers really send when something is wrong, and what each is to mean."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from python_models.llm.endpoints.error_types import ErrorType as E
from tests.python_models.llm.moody_server import Reply


class Said(NamedTuple):
    """An error as a provider sends it."""

    name: str
    reply: Reply
    means: E
    needs_format: bool = False  # is sent only to a request that asks for a format


def said(name: str, status: int, error: Any, means: E, **more: Any) -> Said:
    """Return an error in OpenAI's shape."""
    return Said(name, Reply(status, {"error": error}), means, **more)


def message(text: str, **more: Any) -> dict[str, Any]:
    """Return an error object."""
    return {"message": text} | more


UPSTREAM = json.dumps({"error": {"message": "Invalid schema for response_format 'x'"}})
SAID = (
    # the money is out: later
    said("openai quota", 429, message("You exceeded your current quota, please check your plan.",
         type="insufficient_quota", code="insufficient_quota"), E.QUOTA),
    said("deepseek balance", 402, message("Insufficient Balance", type="unknown_error",
         code="invalid_request_error"), E.QUOTA),
    said("openrouter credits", 402, message("This request requires more credits, or fewer "
         "max_tokens.", code=402), E.QUOTA),
    said("anthropic credits", 400, message("Your credit balance is too low to access the API.",
         type="invalid_request_error"), E.QUOTA),
    said("dashscope arrears", 400, message("Access denied, please make sure your account is in "
         "good standing.", code="Arrearage"), E.QUOTA),
    said("openrouter key limit", 403, message("Key limit exceeded (total limit).", code=403),
         E.QUOTA),
    said("moonshot suspended", 429, message("Your account is suspended, please check your plan.",
         type="exceeded_current_quota_error"), E.QUOTA),
    said("zhipu arrears", 429, message("您的账户已欠费，请充值后重试。", code="1113"), E.QUOTA),
    Said("siliconflow balance", Reply(403, {"code": 30001, "message": "Sorry, your account "
         "balance is insufficient"}), E.QUOTA),
    said("fireworks suspended", 412, message("Account is suspended, possibly due to failure to "
         "pay past invoices"), E.QUOTA),
    said("gemini prepaid", 429, message("Your prepayment credits are depleted.", code=429,
         status="RESOURCE_EXHAUSTED"), E.QUOTA),
    # one input is refused: its row
    Said("mistral moderation", Reply(403, {"message": "Request was moderated", "code": "3051"}),
         E.CONTENT_FILTER),
    said("zhipu filter", 400, message("系统检测到输入或生成内容可能包含不安全或敏感内容",
         code="1301"), E.CONTENT_FILTER),
    said("openrouter moderation", 403, message("Input was flagged", code=403, metadata={
         "reasons": ["violence"], "flagged_input": "..", "provider_name": "OpenAI"}),
         E.CONTENT_FILTER),
    said("azure filter", 400, message("The response was filtered due to the prompt triggering "
         "Azure OpenAI's content management policy.", code="content_filter",
         innererror={"code": "ResponsibleAIPolicyViolation"}), E.CONTENT_FILTER),
    said("dashscope filter", 400, message("Output data may contain inappropriate content.",
         code="data_inspection_failed"), E.CONTENT_FILTER),
    said("deepseek filter", 400, message("Content Exists Risk"), E.CONTENT_FILTER),
    # too long: its row
    said("openai length", 400, message("This model's maximum context length is 8192 tokens.",
         code="context_length_exceeded"), E.CONTEXT_TOO_LONG),
    said("llama.cpp length", 400, message("the request exceeds the available context size",
         type="exceed_context_size_error", n_ctx=4096), E.CONTEXT_TOO_LONG),
    said("anthropic length", 400, message("prompt is too long: 210000 tokens > 200000 maximum",
         type="invalid_request_error"), E.CONTEXT_TOO_LONG),
    said("groq length", 413, message("Request too large for model"), E.CONTEXT_TOO_LONG),
    Said("vllm length", Reply(400, {"object": "error", "type": "BadRequestError", "code": 400,
         "message": "This model's maximum context length is 4096 tokens."}), E.CONTEXT_TOO_LONG),
    Said("tgi length", Reply(422, {"error": "Input validation error: `inputs` tokens + "
         "`max_new_tokens` must be <= 2048.", "error_type": "validation"}), E.CONTEXT_TOO_LONG),
    # a format nobody knows here: asked without
    said("gemini states", 400, message("The specified schema produces a constraint that has too "
         "many states for serving.", code=400), E.RESPONSE_FORMAT, needs_format=True),
    said("anthropic bounds", 400, message("output_format.schema: For 'number' type, properties "
         "maximum, minimum are not supported"), E.RESPONSE_FORMAT, needs_format=True),
    said("openai schema", 400, message("Invalid schema for response_format 'x'",
         param="response_format", code=None), E.RESPONSE_FORMAT, needs_format=True),
    said("llama.cpp grammar", 500, message("failed to parse grammar", type="server_error"),
         E.RESPONSE_FORMAT, needs_format=True),
    said("groq json", 400, message("Failed to generate JSON. Please adjust your prompt.",
         type="invalid_request_error", code="json_validate_failed", failed_generation="{"),
         E.RESPONSE_FORMAT, needs_format=True),
    said("openrouter routed", 404, message("No endpoints found that can handle the requested "
         "parameters.", code=404), E.RESPONSE_FORMAT, needs_format=True),
    said("openrouter upstream", 400, message("Provider returned error", code=400,
         metadata={"raw": UPSTREAM, "provider_name": "x"}), E.RESPONSE_FORMAT, needs_format=True),
    Said("fastapi field", Reply(422, {"detail": [{"loc": ["body", "response_format"],
         "msg": "extra fields not permitted", "type": "value_error.extra"}]}),
         E.RESPONSE_FORMAT, needs_format=True),
    Said("vllm guided", Reply(500, {"object": "error", "code": 500, "type": "InternalServerError",
         "message": "xgrammar: unsupported keyword in the JSON schema"}),
         E.RESPONSE_FORMAT, needs_format=True),
    Said("plain text", Reply(501, b"response_format is not implemented"), E.RESPONSE_FORMAT,
         needs_format=True),
    # slower
    said("aws throttle", 400, message("Too many requests, please wait before trying again.",
         type="ThrottlingException"), E.RATE_LIMIT),
    said("openai rate", 429, message("Rate limit reached for gpt-4o. Please try again in 20ms.",
         type="tokens", code="rate_limit_exceeded"), E.RATE_LIMIT),
    said("gemini rate", 429, message("You exceeded your current quota, please check your plan and "
         "billing details. Please retry in 0.05s.", code=429, status="RESOURCE_EXHAUSTED"),
         E.RATE_LIMIT),
    said("anthropic overloaded", 529, message("Overloaded", type="overloaded_error"),
         E.OVERLOADED),
    said("llama.cpp loading", 503, message("Loading model", type="unavailable_error", code=503),
         E.OVERLOADED),
    said("hf overloaded", 500, message("Model is overloaded"), E.OVERLOADED),
    # again
    Said("nginx", Reply(502, b"<html><h1>502 Bad Gateway</h1></html>"), E.SERVER_ERROR),
    Said("cloudflare", Reply(524, b"error code: 524"), E.SERVER_ERROR),
    said("openai error", 500, message("The server had an error.", type="server_error"),
         E.SERVER_ERROR),
    # nothing else would fare better
    said("openai key", 401, message("Incorrect API key provided.", code="invalid_api_key"),
         E.AUTHENTICATION),
    said("gemini key", 400, message("API key not valid. Please pass a valid API key.",
         status="INVALID_ARGUMENT"), E.AUTHENTICATION),
    said("organization", 403, message("This organization has been disabled."), E.AUTHENTICATION),
    said("openai region", 403, message("Country, region, or territory not supported",
         code="unsupported_country_region_territory"), E.AUTHENTICATION),
    said("openai model", 404, message("The model `x` does not exist", code="model_not_found"),
         E.NOT_FOUND),
    said("openrouter model", 400, message("x is not a valid model ID", code=400), E.NOT_FOUND),
    Said("moved", Reply(308, b"", {"location": "https://elsewhere.test/v1/chat/completions"}),
         E.MOVED),
    Said("moved for now", Reply(307, b"", {"location": "/api/v1/chat/completions"}), E.MOVED),
    # a row's own
    said("openai other", 400, message("Invalid 'messages[0].content'.", type="invalid_request"),
         E.BAD_REQUEST),
    Said("firewall", Reply(403, b"<html>Sorry, you have been blocked</html>"),
         E.FORBIDDEN_INPUT),
)  # fmt: skip
# the same inside a body of status 200
INSIDE = (
    said("openrouter rate", 200, message("Rate limit exceeded", code=429), E.RATE_LIMIT),
    said("openrouter upstream down", 200, message("Provider returned error", code=502),
         E.SERVER_ERROR),
    said("text code", 200, message("slow down", code="rate_limit_exceeded"), E.RATE_LIMIT),
    said("overloaded", 200, message("Overloaded", type="overloaded_error"), E.OVERLOADED),
    said("balance", 200, message("Insufficient Balance", code="402"), E.QUOTA),
    said("key", 200, message("no", code=401), E.AUTHENTICATION),
    said("moderated", 200, message("Input was flagged", code=403), E.CONTENT_FILTER),
    said("no code", 200, "the model fell over", E.SERVER_ERROR),
    Said("fastchat", Reply(200, {"object": "error", "message": "too busy", "code": 50301}),
         E.SERVER_ERROR),
    Said("listed", Reply(200, {"success": False, "errors": [{"code": 3040, "message": "Capacity "
         "temporarily exceeded"}]}), E.OVERLOADED),
    Said("detail alone", Reply(200, {"detail": "Not authenticated"}), E.AUTHENTICATION),
    Said("error is true", Reply(200, {"error": True, "status": 429, "message": "Slower"}),
         E.RATE_LIMIT),
    Said("gateway", Reply(200, {"statusCode": 429, "message": "Slower"}), E.RATE_LIMIT),
    Said("minimax balance", Reply(200, {"base_resp": {"status_code": 1008, "status_msg":
         "insufficient balance"}, "choices": None}), E.QUOTA),
    Said("minimax rate", Reply(200, {"base_resp": {"status_code": 1002, "status_msg":
         "rate limit"}, "choices": None}), E.RATE_LIMIT),
    Said("flat", Reply(200, {"code": 429, "msg": "Too many requests"}), E.RATE_LIMIT),
    Said("broken off", Reply(200, {"choices": [{"message": {"content": "hal"}, "finish_reason":
         "error", "error": {"code": 502, "message": "upstream"}}]}), E.SERVER_ERROR),
)  # fmt: skip
