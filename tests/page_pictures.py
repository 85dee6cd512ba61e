"""The pictures of the coordinator's page in the documentation, taken anew by a real Chromium: ``make pictures``."""

import socket
import threading
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from PIL import Image

from browser import chromium, colours, resize
from mmatch.app.serving import application, begin_with
from mmatch.app.session import Session

PICTURES = Path(__file__).parent.parent / "docs" / "_static" / "pictures"
WIDTH = 1000
SHOWN = {  # name: path, height
    "page-columns": ("/columns", 640),
    "page-readiness": ("/readiness", 640),
    "page-policy": ("/policy", 640),
    "page-review": ("/review", 700),
    "page-change": ("", 560),
    "page-release": ("/release", 700),
}


def main():
    with TemporaryDirectory() as folder, chromium() as driver:
        session, listener = Session(Path(folder)), socket.socket()
        begin_with(session, "informational")
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(application(session, port, "key"), log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            colours(driver, "light")
            driver.get(f"http://127.0.0.1:{port}/?token=key")
            driver.get(f"http://127.0.0.1:{port}/match")
            driver.find_element("css selector", "main form button.main").click()
            while session.result is None:
                driver.get(f"http://127.0.0.1:{port}/match?begun=now")
            mentor = session.result.matching.pairs()[0][0]
            for name, (path, height) in SHOWN.items():
                resize(driver, WIDTH, height)
                driver.get(f"http://127.0.0.1:{port}{path or f'/change?change=left&person={mentor}'}")
                image = Image.open(BytesIO(driver.get_screenshot_as_png())).convert("RGB")
                image.quantize(48).save(PICTURES / f"{name}.png", optimize=True)
        finally:
            server.should_exit = True
            thread.join()
            listener.close()
            session.folder.close()


if __name__ == "__main__":
    main()
