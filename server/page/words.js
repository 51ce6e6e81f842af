// What the page says, in English and Chinese: by the browser's language, switchable.

import { $ } from "./dom.js";

const KEPT = "vqa-agent.language";

const WORDS = {
  en: {
    history: "Conversations", close: "Close", more: "Show more", untitled: "Nothing asked yet",
    no_conversations: "None yet.", question_1: "1 question", questions: "{count} questions",
    delete: "Delete: {name}", delete_one: "Delete “{name}”?", delete_yes: "Delete",
    delete_all: "Delete all my data", delete_everything: "Delete all your data?",
    delete_why: "Questions, answers and pictures go for good.", deleted: "Deleted.",
    other: "中文", skip: "To the question", settings: "Settings", new: "New", language: "Language 语言",
    look: "Light or dark", pictures: "Pictures", conversation: "Conversation",
    title: "Ask a picture.",
    subtitle: "The answer says only what was seen, and shows you where.",
    drop: "Choose a picture", drop_how: "or drop one here, paste it, or use the camera",
    drop_here: "Drop the pictures here", attached: "Pictures of this question",
    attach: "Add pictures", camera: "Take a photograph", question: "Your question",
    ask: "Ask about the picture…", send: "Ask", stop: "Stop", cancel: "Cancel", shoot: "Take it",
    remove: "Remove {name}", picture: "Picture {number}", page: "page {page}",
    no_preview: "{name} is shown when it has been read.", loading: "Loading…",
    suggest_1: "Describe the picture.", suggest_2: "What does it say?", suggest_3: "What is the total?",
    key_title: "This service wants a key", key_label: "API key", key_use: "Go on",
    key_why: "Whoever runs it can create one: vqa-agent keys create NAME. It is kept until you close this tab.",
    key_wrong: "This key is not valid. Look for a letter that is missing.",
    thinking: "Thinking…", looking: "{step}…", steps: "{count} steps", step: "1 step",
    no_steps: "Answered from what was seen before", took: "{seconds} s",
    failed: "could not look", cached: "known already", nothing: "nothing found",
    estimate: "Estimate", estimate_why: "What a model takes for likely; nobody read, counted or measured it.",
    abstained: "No answer", sure: "{percent} % sure", read_as: "Read as: {question}",
    whole: "the whole picture", seen_no: "no {label}", unsure: "unsure", evidence: "Evidence: {list}",
    box: "{number}: {what}",
    good: "Good answer", bad: "Bad answer", thanks: "Thank you.", why_bad: "What was wrong? (optional)",
    tell: "Send",
    not_found: "not there", next_not_found: "Should it be there? A closer or sharper picture may help.",
    next_unsure: "A closer or sharper picture may help.",
    could_not_look: "nobody could look", next_could_not_look: "Ask for something else, or try another picture.",
    unsupported: "not carried by what was seen", next_unsupported: "Ask for one thing at a time.",
    out_of_time: "out of time", next_out_of_time: "Ask again, or for less at once.",
    no_picture: "no picture yet", next_no_picture: "Add a picture, then ask.",
    no_question: "nothing was asked", next_no_question: "Ask what the picture shows.",
    planner_failed: "the planner failed", next_planner_failed: "Ask again, or in other words.",
    again: "Try again", picture_first: "Add a picture first.", question_first: "Write a question first.",
    offline: "The service cannot be reached. See that it runs, then try again.",
    lost: "The connection broke before the answer was there. Try again.",
    busy: "Everything is busy. Trying again in {seconds} s.",
    limited: "This key has asked as much as it may for now. Wait a while, then try again.",
    full: "No more pictures are kept for this key. Delete conversations that you do not need.",
    too_large: "{name} is too large: {size} MB, {most} MB at most. Make it smaller, or photograph only what matters.",
    too_large_all: "Together these pictures are too large: {most} MB at most. Leave some out.",
    too_many: "{most} pictures are the most for one question.",
    invalid_image: "A picture cannot be read. Use JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or PDF.",
    conversation_gone: "This conversation is not here any more. A new one begins.",
    picture_gone: "A picture of this conversation is not here any more. Begin a new one, and add it again.",
    timeout: "This took too long. Ask again, or about less.",
    planner_output: "The planner gave no usable answer. Ask again, or in other words.",
    planner_unavailable: "The planner cannot be reached. Whoever runs the service has to see to it.",
    broken: "Something went wrong in the service. Try again; its log says more.",
    no_camera: "The camera cannot be used. Allow it in the browser, or choose a file.",
    not_stored: "Your thumb could not be stored. Try again.",
    tool_read_text: "Read the text", tool_detect_objects: "Look for things",
    tool_classify_image: "Tell what it is", tool_describe_colors: "Measure colours",
    tool_read_codes: "Read codes", tool_match_text: "Compare with descriptions",
    tool_answer_by_fusion: "Estimate an answer", tool_search_pictures: "Search pictures",
    of: "{what}: {about}", comma: ", ",
  },
  zh: {
    history: "对话记录", close: "关闭", more: "显示更多", untitled: "尚未提问",
    no_conversations: "还没有对话。", question_1: "1 个问题", questions: "{count} 个问题",
    delete: "删除：{name}", delete_one: "删除“{name}”？", delete_yes: "删除",
    delete_all: "删除我的所有数据", delete_everything: "删除您的所有数据？",
    delete_why: "问题、回答和图片将永久删除。", deleted: "已删除。",
    other: "English", skip: "跳到提问", settings: "设置", new: "新对话", language: "Language 语言",
    look: "浅色或深色", pictures: "图片", conversation: "对话",
    title: "问一张图片。",
    subtitle: "回答只说看到的内容，并指出在哪里。",
    drop: "选择图片", drop_how: "也可以拖到这里、粘贴，或用相机拍摄",
    drop_here: "把图片放在这里", attached: "这个问题的图片",
    attach: "添加图片", camera: "拍照", question: "你的问题",
    ask: "就图片提问…", send: "提问", stop: "停止", cancel: "取消", shoot: "拍摄",
    remove: "移除 {name}", picture: "图片 {number}", page: "第 {page} 页",
    no_preview: "读取之后会显示 {name}。", loading: "正在加载…",
    suggest_1: "描述这张图片。", suggest_2: "上面写了什么？", suggest_3: "总额是多少？",
    key_title: "此服务需要密钥", key_label: "API 密钥", key_use: "继续",
    key_why: "服务的管理者可以创建：vqa-agent keys create 名称。密钥只保留到关闭此标签页。",
    key_wrong: "密钥无效，请检查是否缺少字符。",
    thinking: "正在思考…", looking: "{step}…", steps: "{count} 个步骤", step: "1 个步骤",
    no_steps: "根据之前看到的内容回答", took: "{seconds} 秒",
    failed: "无法查看", cached: "已知", nothing: "没有发现",
    estimate: "估计", estimate_why: "这是模型认为可能的结果，并非读取、计数或测量所得。",
    abstained: "没有答案", sure: "把握 {percent}%", read_as: "理解为：{question}",
    whole: "整张图片", seen_no: "没有 {label}", unsure: "不确定", evidence: "证据：{list}",
    box: "{number}：{what}",
    good: "回答得好", bad: "回答得不好", thanks: "谢谢。", why_bad: "哪里不对？（可不填）",
    tell: "发送",
    not_found: "图中没有", next_not_found: "应该有吗？更近或更清晰的图片可能有帮助。",
    next_unsure: "更近或更清晰的图片可能有帮助。",
    could_not_look: "无法查看", next_could_not_look: "请问别的内容，或换一张图片。",
    unsupported: "看到的内容不足以支持", next_unsupported: "请一次只问一件事。",
    out_of_time: "时间不够", next_out_of_time: "请再问一次，或一次少问一些。",
    no_picture: "还没有图片", next_no_picture: "请添加图片再提问。",
    no_question: "没有提问", next_no_question: "请问图中有什么。",
    planner_failed: "规划器失败", next_planner_failed: "请再问一次，或换个说法。",
    again: "重试", picture_first: "请先添加图片。", question_first: "请先写下问题。",
    offline: "无法连接服务。请确认它正在运行，然后重试。",
    lost: "回答完成之前连接中断了。请重试。",
    busy: "服务正忙，{seconds} 秒后重试。",
    limited: "此密钥目前已达到使用上限，请稍后再试。",
    full: "此密钥的图片存储空间已满，请删除不需要的对话。",
    too_large: "{name} 太大：{size} MB，最多 {most} MB。请缩小，或只拍需要的部分。",
    too_large_all: "这些图片合起来太大：最多 {most} MB。请减少几张。",
    too_many: "一个问题最多 {most} 张图片。",
    invalid_image: "有一张图片无法读取。请使用 JPEG、PNG、WebP、GIF、BMP、TIFF、HEIC、AVIF 或 PDF。",
    conversation_gone: "这个对话已经不在了，现在开始新的对话。",
    picture_gone: "这个对话的一张图片已经不在了。请开始新对话并重新添加。",
    timeout: "用时太长。请再问一次，或少问一些。",
    planner_output: "规划器没有给出可用的答案。请再问一次，或换个说法。",
    planner_unavailable: "无法连接规划器，需要服务的管理者处理。",
    broken: "服务出了问题。请重试；日志中有更多信息。",
    no_camera: "无法使用相机。请在浏览器中允许，或选择文件。",
    not_stored: "评价没有保存。请重试。",
    tool_read_text: "读取文字", tool_detect_objects: "查找物体",
    tool_classify_image: "辨认是什么", tool_describe_colors: "测量颜色",
    tool_read_codes: "读取条码", tool_match_text: "与描述比较",
    tool_answer_by_fusion: "估计答案", tool_search_pictures: "搜索图片",
    of: "{what}：{about}", comma: "、",
  },
};

let language = "en";

/** The words of a key, with its {fields} filled in. */
export function t(key, fields = {}) {
  return WORDS[language][key].replace(/\{(\w+)\}/g, (_, name) => fields[name]);
}

/** The language's name for dates. */
export const locale = () => (language === "zh" ? "zh-CN" : "en");

/** Whether there are words for a key. */
export const has = (key) => key in WORDS.en;

/** Choose a language and say everything in it; `changed` draws anew what came from code. */
export function startWords(changed) {
  const wanted = navigator.languages.find((tag) => /^(en|zh)/i.test(tag)) ?? "en";
  say(localStorage.getItem(KEPT) ?? wanted.slice(0, 2).toLowerCase());
  $("language").addEventListener("click", () => {
    const next = language === "en" ? "zh" : "en";
    localStorage.setItem(KEPT, next);
    say(next);
    changed();
  });
}

function say(next) {
  language = next in WORDS ? next : "en";
  document.documentElement.lang = language === "zh" ? "zh-Hans" : "en";
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll("[data-t-label]")) label(e, t(e.dataset.tLabel));
  for (const e of document.querySelectorAll("[data-t-placeholder]")) {
    e.placeholder = t(e.dataset.tPlaceholder);
  }
  $("language").textContent = t("other");
  $("language").lang = language === "zh" ? "en" : "zh-Hans";
}

function label(element, text) {
  element.setAttribute("aria-label", text);
  if (element.tagName === "BUTTON") element.title = text;
}
