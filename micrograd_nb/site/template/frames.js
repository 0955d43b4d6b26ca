// Each widget is a page of its own in a frame. The frame is as high as what is in it, and has no ground of its own.

function fit(frame) {
  const { body } = frame.contentDocument;
  body.style.margin = "0";
  body.style.background = "transparent";
  const follow = () => {
    frame.style.height = `${Math.ceil(body.getBoundingClientRect().height)}px`;
  };
  new ResizeObserver(follow).observe(body);
}

for (const frame of document.querySelectorAll("iframe[srcdoc]")) {
  if (frame.contentDocument?.readyState === "complete" && frame.contentDocument.body.childElementCount) fit(frame);
  else frame.addEventListener("load", () => fit(frame), { once: true });
}
