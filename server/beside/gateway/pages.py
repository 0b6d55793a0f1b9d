"""The built client: four entries and their files, each with the right cache rule."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from beside.gateway.headers import FOREVER

ENTRIES = {
    "/": "index.html",
    "/desk": "desk.html",
    "/invitation/{token}": "desk.html",
    "/on-call": "on-call.html",
    "/coordinate": "coordinate.html",
}
BLANK = "<!doctype html><html lang=en><meta charset=utf-8><title>Weather</title><p>Mostly cloudy, light wind, 11 degrees."


class Assets(StaticFiles):
    """Files whose name holds a hash of their content: kept by the browser for ever."""

    def file_response(self, *args: object, **kwargs: object) -> Response:
        response = super().file_response(*args, **kwargs)  # type: ignore[arg-type]  # passed through as it came
        response.headers["cache-control"] = FOREVER
        return response


def client_folder() -> Path:
    """Where the built client is: in the wheel beside us, or in the checkout."""
    packed = Path(__file__).parents[1] / "web"
    return packed if packed.is_dir() else Path(__file__).parents[3] / "client_web" / "dist"


def page_routes(folder: Path) -> list[BaseRoute]:
    """The pages, and `/blank`: where a quick exit lands unless the hub names a bland site of its own."""

    def entry(name: str):  # type: ignore[no-untyped-def]  # Starlette's endpoint type has no short name
        async def page(request: Request) -> Response:
            return FileResponse(folder / name, media_type="text/html") if (folder / name).is_file() else _not_built()

        return page

    async def blank(request: Request) -> Response:
        return Response(BLANK, media_type="text/html")

    routes: list[BaseRoute] = [Route(path, entry(name), methods=["GET"]) for path, name in ENTRIES.items()]
    routes.append(Route("/blank", blank, methods=["GET"]))
    if (folder / "assets").is_dir():
        routes.append(Mount("/assets", Assets(directory=folder / "assets")))
    return routes


def _not_built() -> Response:
    return PlainTextResponse("The pages are not built yet: run `make client`.", 503)
