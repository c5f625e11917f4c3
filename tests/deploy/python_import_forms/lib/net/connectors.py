MAIN = "main"
BY_TEAM = {"web": MAIN, "data": "data-conn"}
