"""Portuguese residue."""

from __future__ import annotations

from copydesk.transforms.clean.rule import Rule

RULES = (
    Rule(
        name="comment_prompt_pt",
        category="comments",
        languages=("pt",),
        patterns=(
            r"(?:[0-9]{1,5} )?comentários?(?: ?\(?[0-9]{1,5}\)?)?",
            r"(?:deixe|deixar|escreva|escrever|adicione|adicionar|envie|faça|publicar|ver|ler|mostrar|seja o primeiro a)(?: um| o seu| seu| os| todos os| uma| [0-9]{1,5})* (?:comentários?|resposta|comentar)(?: .{0,30})?",
            r"comentar|comente|cancelar resposta|responder|os comentários estão (?:encerrados|fechados|desativados)|comentários (?:encerrados|fechados)|participe da conversa.{0,30}",
            r"o (?:seu )?(?:endereço de )?e-?mail não será publicado.{0,90}",
            r"(?:os )?campos obrigatórios (?:são|estão).{0,40}",
            r"(?:salvar|guardar) (?:meus dados|o meu nome|meu nome).{0,110}",
            r"(?:você precisa|é preciso|para comentar|faça login).{0,60}(?:comentar|comentário|logado|login).{0,40}",
            r"este site ut?i?li?z?a? o akismet.{0,140}|este site (?:usa|utiliza).{0,10}akismet.{0,140}",
        ),
        drops=("Comentários", "12 comentários", "Deixe um comentário", "Cancelar resposta", "O seu endereço de e-mail não será publicado."),
        keeps=("Comentários do ministro incendiaram a praça.", "Comentar a sentença ninguém quis.", "Responder ao fogo é um erro, disse."),
    ),
    Rule(
        name="related_link_pt",
        category="related",
        languages=("pt",),
        patterns=(
            r"(?:leia|ler|veja|ver|assista|ouça|saiba|confira|conheça|entenda|relacionad[oa]s?|recomendamos|continue lendo|continuar lendo|continuar a ler|clique aqui)(?: (?:também|mais|ainda|aqui|a matéria completa|a notícia completa|a íntegra|na íntegra|tudo|todas as notícias.{0,40}|tudo sobre .{1,40}|mais sobre .{1,40}|artigo completo))*(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:notícias?|artigos?|conteúdos?|temas?|matérias?|posts?|tópicos|assuntos|links?|reportagens) (?:relacionad[oa]s?|recomendad[oa]s?|similares|em destaque|mais (?:lid[oa]s|vist[oa]s)|anterior(?:es)?|seguintes?|recentes|populares)(?: ?[:|»>→-] ?.{1,240})?",
            r"(?:as |os )?mais (?:lidas|lidos|vistas|vistos|populares|recentes|notícias|comentadas|compartilhadas)(?: .{0,30})?|últimas notícias(?: .{0,30})?|últimas|você também pode (?:gostar|se interessar).{0,20}|(?:você )?pode (?:te |lhe )?interessar|talvez (?:você|te).{0,30}|em destaque|destaques|ver mais|ver tudo|ver todos|ler mais|leia mais|veja mais|saiba mais|carregar mais|anterior|próximo|próxima|voltar(?: .{0,30})?|topo|voltar ao topo|índice|sumário|tendências|em alta|não perca|notícias",
            r"(?:ir|pular|saltar) para o? ?conteúdo(?: principal)?|pular para.{0,20}",
        ),
        unless_sentence=True,
        drops=("Leia também: O porto fecha", "Leia mais", "Notícias relacionadas", "Mais lidas", "Veja também: A cheia de 1911", "Saiba mais"),
        keeps=("Ler e escrever aprendeu na prisão.", "Saiba o leitor que nada mudou desde então na vila dos pescadores.", "Ver o mar basta.", "Últimas casas da rua ruíram."),
    ),
    Rule(
        name="share_line_pt",
        category="share",
        languages=("pt",),
        patterns=(
            r"(?:compartilhar|compartilhe|partilhar|partilhe|tuitar|imprimir|enviar|copiar(?: o)? link|link copiado.{0,10}|salvar|guardar)(?: (?:esta notícia|este artigo|a notícia|o artigo|a matéria|no|na|por|via|com|seus amigos|isto|artigo|notícia|[0-9]{1,6}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|e-?mail|mail))*",
            r"(?:siga|siga-nos|siga o|siga a|segue|inscreva-se|acompanhe|curta|entre)(?:-nos)?(?: .{1,40})? (?:no|na|nas|nos|em) (?:nossa.{0,20}|nosso.{0,20}|facebook|twitter|x|instagram|linkedin|youtube|pinterest|whatsapp|reddit|telegram|flipboard|bluesky|threads|mastodon|tiktok|e-?mail|mail|google.{0,20}|redes|canal).{0,80}",
            r"siga-nos|redes sociais|siga nas redes",
        ),
        unless_sentence=True,
        drops=("Compartilhar", "Partilhar no Facebook", "Imprimir", "Siga-nos no Instagram", "Copiar link"),
        keeps=("Compartilhar a água divide o vale.", "Imprimir custa caro, diz a editora.", "Segue a chuva no norte."),
    ),
    Rule(
        name="newsletter_prompt_pt",
        category="newsletter",
        languages=("pt",),
        patterns=(
            r"newsletters?|boletim|boletins|(?:assine|assinar|subscreva|subscrever|inscreva-se|inscrever-se|cadastre-se|cadastrar|cadastro|registe-se|registar|registrar-se)(?: .{0,120})?|(?:faça|fazer|iniciar) (?:login|sessão|o login).{0,50}|entrar|sair|assinaturas?|assinante|minha conta|criar conta|já (?:é|sou) assinante.{0,50}|esqueci (?:a|minha) senha|esqueceu.{0,20}senha.{0,4}",
            r"(?:receba|receber|quero receber|não perca|digite|insira|informe) .{0,70}(?:newsletter|boletim|e-?mail|caixa de entrada|alertas|whatsapp).{0,140}",
            r"(?:este|esta|o) (?:conteúdo|artigo|matéria|notícia|texto) é (?:exclusiv[ao]|só|apenas|para assinantes|reservado).{0,100}|(?:conteúdo )?exclusivo para (?:assinantes|subscritores).{0,40}|para (?:continuar|seguir) (?:lendo|a ler).{0,120}|ao (?:clicar|assinar|se cadastrar|continuar|se inscrever|subscrever).{0,260}|(?:baixe|descarregue|instale)(?: \w{1,12}){0,4} (?:app|aplicativo|aplicação).{0,60}|apoie (?:o|nosso) jornalismo.{0,60}",
        ),
        unless_sentence=True,
        drops=("Newsletter", "Assine a nossa newsletter", "Entrar", "Receba as notícias no seu e-mail", "Conteúdo exclusivo para assinantes"),
        keeps=("O boletim do prefeito causou alvoroço.", "Entrar no porto custa caro."),
    ),
    Rule(
        name="photo_credit_pt",
        category="photo",
        languages=("pt",),
        patterns=(
            r"(?:fotos?|fotografias?|imagem|imagens|créditos?|fontes?|ilustração|infográfico|vídeo|crédito da (?:imagem|foto)|legenda|arte|arquivo)(?: ?(?:de|por|©|cortesia|divulgação|de arquivo))? ?[:/|©] ?[^!?]{2,110}",
            r"(?:foto|imagem) (?:de arquivo|ilustrativa|meramente ilustrativa|cortesia)(?: .{0,60})?|foto de [^.!?]{2,60}|divulgação|reprodução(?: ?/ ?.{1,40})?|© ?[^!?]{2,100}|galeria(?: de (?:fotos|imagens))?|fotogaleria|ampliar(?: (?:foto|imagem))?|\(?com (?:informações|agências?)(?: d[aeo]s? [^.!?]{2,60})?|crédito",
        ),
        unless_sentence=True,
        drops=("Foto: Ana Ruiz", "Crédito: Bo Li", "Fonte: Rádio Porto", "Divulgação", "Reprodução/TV Porto"),
        keeps=("Fotos e cartas arderam na praça.", "Fontes do ministério negaram.", "Imagem e som chegaram tarde."),
    ),
    Rule(
        name="ad_marker_pt",
        category="ads",
        languages=("pt",),
        patterns=(
            r"publicidades?|anúncios?|propaganda|conteúdo patrocinado|patrocinado(?: por .{1,30})?|continua (?:após|depois d)a? ?(?:a )?publicidade|publicidade[ :|-]{1,3}.{0,50}|pub|continue lendo após.{0,30}|(?:a matéria|o texto) continua.{0,40}|fechar anúncio|conteúdo de marca|informe publicitário",
        ),
        drops=("Publicidade", "Continua após a publicidade", "Conteúdo patrocinado"),
        keeps=("Publicidade e imprensa vivem juntas.", "Anúncios assim já não enganam."),
    ),
    Rule(
        name="notice_pt",
        category="notices",
        languages=("pt",),
        patterns=(
            r"aviso legal|política de (?:privacidade|cookies).{0,30}|(?:configurar|gerir|gerenciar|configurações de|preferências de|rejeitar|recusar|aceitar)(?: todos?| os)*(?: cookies)?|privacidade|termos (?:e condições|de uso|de serviço).{0,30}|mapa do site|contato|contacto|contactos|contatos|fale conosco|quem somos|sobre nós|sobre|menu|buscar|pesquisar|pesquisa|fechar|acessibilidade|trabalhe conosco|anuncie.{0,20}|expediente|ficha técnica|início|capa|estatuto editorial",
            r"(?:utilizamos|usamos|este site|esta página|nosso site|o site).{0,40}(?:cookies).{0,280}",
            r"(?:para|por favor|ative|habilite).{0,60}(?:javascript|bloqueador de anúncios).{0,120}",
            r"(?:este vídeo|este conteúdo|o vídeo) (?:não|é|foi).{0,100}",
            r"todos os direitos reservados.{0,140}|direitos reservados.{0,80}|copyright.{0,140}|proibida a reprodução.{0,160}|é proibida a reprodução.{0,160}|(?:este|o) (?:artigo|texto) foi (?:publicado|originalmente).{0,160}|(?:as )?opiniões (?:expressas|emitidas).{0,200}",
        ),
        unless_sentence=True,
        drops=("Aviso legal", "Política de Privacidade", "Aceitar cookies", "Utilizamos cookies para melhorar o site.", "Todos os direitos reservados."),
        keeps=("Contato com a nave perdeu-se na segunda.", "Aceitar a oferta foi um erro.", "Sobre a mesa, duas cartas."),
    ),
    Rule(
        name="tag_line_pt",
        category="tags",
        languages=("pt",),
        patterns=(
            r"(?:etiquetas?|temas?|tags|palavras-chave|categorias?|tópicos|assuntos?|mais sobre|secções|seções|editoria|publicado em|marcadores) ?[:|] ?.{1,200}",
            r"etiquetas|palavras-chave|tópicos|assuntos",
        ),
        unless_sentence=True,
        drops=("Tags: porto, cheia", "Tópicos: porto", "Palavras-chave: cheia"),
        keeps=("Temas assim dividem a vila.", "Assuntos de família ficam em casa."),
    ),
    Rule(
        name="reading_time_pt",
        category="counters",
        languages=("pt",),
        patterns=(
            r"(?:tempo de leitura|leitura|duração) ?:? ?(?:de )?[0-9]{1,3}.{0,16}|[0-9]{1,3} ?min(?:utos?)?\.? de leitura|há [0-9]{1,2} (?:minutos?|horas?|dias?|semanas?|meses|mês|min)|(?:publicado|atualizado|atualizada|actualizado|modificado|criado|última atualização|data)(?: (?:em|às|a|por|há))? ?:? ?[^!?]{0,30}[0-9].{0,80}",
        ),
        unless_sentence=True,
        drops=("Tempo de leitura: 3 min", "Publicado em 24 de abril de 2024", "há 2 horas"),
        keeps=("Há dois anos a ponte estava de pé.", "Publicado em 1911, o livro esgotou em dias e nunca mais voltou à tipografia, segundo a neta do autor."),
    ),
    Rule(
        name="author_box_pt",
        category="author",
        languages=("pt",),
        patterns=(
            r"sobre (?:o autor|a autora|os autores)|(?:ver|mais|todos os)(?: os| as| todos)*(?: artigos| notícias| matérias| posts) de .{1,50}|autora?|redação|da redação|.{2,60} é jornalista (?:de|em|e|do|da|na|no|formad[ao]).{0,200}|(?:contato|escreva|e-?mail) ?:? ?(?:para )?[\w.+-]{1,40}@[\w.-]{3,40}",
        ),
        drops=("Sobre o autor", "Ver artigos de Ana Ruiz"),
        keeps=("O autor do disparo fugiu.", "A redação do texto levou um ano."),
    ),
    Rule(
        name="correction_pt",
        category="correction",
        languages=("pt",),
        patterns=(
            r"(?:correção|correcção|errata|erramos|retificação|esclarecimento|nota da redação|nota do editor|nota da direção) ?[:—-] ?.{10,600}",
            r"uma versão (?:anterior|prévia|inicial) d(?:este|esta|a|o).{0,500}",
            r"(?:este artigo|esta notícia|esta matéria|esta reportagem) foi (?:corrigid[ao]|atualizad[ao]|alterad[ao]).{0,300}",
        ),
        drops=("Errata: o nome do porto estava mal escrito.", "Uma versão anterior deste artigo dava a data errada."),
        keeps=("Correção e estilo pouco lhe importam.", "Erramos, disse o ministro."),
    ),
    Rule(
        name="glued_link_pt",
        category="related",
        languages=("pt",),
        place="end",
        patterns=(
            r"(?:leia também|leia mais|ler mais|veja também|veja mais|saiba mais|continue lendo|continue a ler|ler também)(?: ?[:|] ?[^!?]{4,160})?[ .…»>→]{0,6}",
        ),
        drops=("O rio subiu. [[Leia também: A câmara vota]]", "O rio subiu. [[Leia mais]]"),
        keeps=("Abriu o livro. Ler mais custava-lhe cada noite.",),
    ),
)
